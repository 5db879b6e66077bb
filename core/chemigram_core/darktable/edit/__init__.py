"""The edit of a packet: what programs read in it, without bookkeeping. Knows no bytes."""

from chemigram_core.darktable.edit.identity import edit_of, identity_of

__all__ = ["edit_of", "identity_of"]
