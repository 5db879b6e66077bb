"""The edit of a packet: its content as programs read it, without bookkeeping. Knows no bytes."""

from chemigram_core.darktable.edit.identity import edit_of, identity_of

__all__ = ["edit_of", "identity_of"]
