"""The syntax of XMP: reads any spelling, writes the canonical one (RFC-002). Knows no meaning of a property."""

from chemigram_core.xmp.envelope import MAX_BYTES
from chemigram_core.xmp.model import Array, Localized, Properties, Reference, Struct, Value

__all__ = ["MAX_BYTES", "Array", "Localized", "Properties", "Reference", "Struct", "Value"]
