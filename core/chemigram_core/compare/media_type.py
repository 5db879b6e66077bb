"""The media types that comparing distinguishes, by name and by first bytes."""

from __future__ import annotations

from chemigram_core import signature
from chemigram_core.compare.item import ItemPair, ItemRef

PNG = "image/png"
XMP = "application/rdf+xml"
ZIP = "application/zip"
SNIFFED_BYTES = 512

_EXTENSIONS = {".png": PNG, ".xmp": XMP, ".zip": ZIP}
_STARTS = {signature.PNG: PNG, signature.ZIP: ZIP}


def sniffed(start: bytes) -> str | None:
    """The media type that the first SNIFFED_BYTES bytes of a file show."""
    if kind := next((kind for first, kind in _STARTS.items() if start.startswith(first)), None):
        return kind
    return XMP if b"<x:xmpmeta" in start or b"adobe:ns:meta/" in start else None


def is_file_of(item: ItemRef, kind: str) -> bool:
    """Whether a file has this kind, by its hint or else by its name."""
    return not item.is_directory and (item.media_type or _by_name(item.name)) == kind


def are_files_of(pair: ItemPair, kind: str) -> bool:
    """Whether all sides of a pair have this kind."""
    return all(is_file_of(item, kind) for item in pair.sides)


def _by_name(name: str) -> str | None:
    lowered = name.lower()
    return next((kind for extension, kind in _EXTENSIONS.items() if lowered.endswith(extension)), None)
