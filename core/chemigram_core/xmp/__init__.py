"""How XMP is spelled: reading it in any spelling, writing it in one (RFC-002). Knows no property by its meaning."""

from chemigram_core.xmp.envelope import MAX_BYTES
from chemigram_core.xmp.model import Array, Localized, Properties, Reference, Struct, Value

__all__ = ["MAX_BYTES", "Array", "Localized", "Properties", "Reference", "Struct", "Value"]
