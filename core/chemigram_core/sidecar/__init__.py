"""A sidecar as one document: canonical bytes, both identities, history and masks (RFC-002). Knows no store."""

from chemigram_core.sidecar.document import Document, canonicalize, masks_of, parse, parse_again

__all__ = ["Document", "canonicalize", "masks_of", "parse", "parse_again"]
