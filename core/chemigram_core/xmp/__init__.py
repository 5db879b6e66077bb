"""XMP documents: canonical form, edit identity, history and mask note (RFC-002). Knows no files, refs or mounts."""

from chemigram_core.xmp.bookkeeping import BOOKKEEPING
from chemigram_core.xmp.document import Document, canonicalize, masks_of, parse
from chemigram_core.xmp.envelope import MAX_BYTES
from chemigram_core.xmp.history import History
from chemigram_core.xmp.loss import HistoryLoss, history_loss
from chemigram_core.xmp.model import Array, Localized, Properties, Reference, Struct, Value
from chemigram_core.xmp.steps import Encoded, Entry, Form

__all__ = [
    "BOOKKEEPING",
    "MAX_BYTES",
    "Array",
    "Document",
    "Encoded",
    "Entry",
    "Form",
    "History",
    "HistoryLoss",
    "Localized",
    "Properties",
    "Reference",
    "Struct",
    "Value",
    "canonicalize",
    "history_loss",
    "masks_of",
    "parse",
]
