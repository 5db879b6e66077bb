"""The hints of a file from one read: hash, size, kind. For containers without free hints."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from chemigram_core.compare.item import DataAccess, ItemRef
from chemigram_core.compare.media_type import SNIFFED_BYTES, sniffed
from chemigram_core.digest import Digest

_BLOCK_BYTES = 1 << 20


def hinted(path: str, handle: object, data: DataAccess) -> ItemRef:
    """The file at `path` with all hints. Raises OSError."""
    bare = ItemRef(path, is_directory=False, handle=handle)
    digest, size_bytes, start = hashlib.sha256(), 0, b""
    with data.open(bare) as stream:
        while block := stream.read(_BLOCK_BYTES):
            start = start or block[:SNIFFED_BYTES]
            digest.update(block)
            size_bytes += len(block)
    return replace(bare, content_hash=Digest(digest.hexdigest()), size_bytes=size_bytes, media_type=sniffed(start))
