"""The hash of an object file's content, cached by the identity of the file. Knows no names."""

from __future__ import annotations

import hashlib
import os
import time
from typing import NamedTuple

from chemigram_core import signature
from chemigram_core.durable.file_cache import FileCache
from chemigram_core.durable.folder import read_whole
from chemigram_core.layout import MASK_BYTES

_SMALL_BYTES = 1 << 20  # smaller files are read at once to hash them, larger ones in pieces


class Content(NamedTuple):
    """The SHA-256 of the bytes, in hexadecimal digits, whether they are a mask, and their number.

    A file that is larger than any object has no SHA-256: it is not read.
    """

    digest: str
    is_mask: bool
    size_bytes: int


_contents: FileCache[Content] = FileCache(20_000)  # about 8 MB at the most


def content_of(descriptor: int) -> tuple[Content, bytes | None]:
    """The content of an open file, read if it is not cached; then a small file's bytes, too."""
    now_ns = time.time_ns()  # before fstat, as the cache wants it
    status = os.fstat(descriptor)
    if (known := _contents.recall(status)) is not None:
        return known, None
    content, data = read_content(descriptor, status)
    _contents.remember(status, content, now_ns)
    return content, data


def read_content(descriptor: int, status: os.stat_result) -> tuple[Content, bytes | None]:
    """The content of an open file with these attributes, read; a small file's bytes, too."""
    if status.st_size > MASK_BYTES:
        return Content("", is_mask=False, size_bytes=status.st_size), None
    if status.st_size <= _SMALL_BYTES:
        data = read_whole(descriptor, status.st_size)
        return Content(hashlib.sha256(data).hexdigest(), data.startswith(signature.PNG), len(data)), data
    with os.fdopen(os.dup(descriptor), "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    os.lseek(descriptor, 0, os.SEEK_SET)
    return Content(digest, is_mask(descriptor), status.st_size), None


def is_mask(descriptor: int) -> bool:
    """Whether the bytes are a PNG; a name without a suffix doesn't say."""
    return os.pread(descriptor, len(signature.PNG), 0) == signature.PNG
