"""The lines of a log's file, from either end, without a torn last one. Knows nothing about their content."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

LINE_BYTES = 1 << 20  # no entry is longer, and a longer line is not read as one
_BLOCK_BYTES = 1 << 16
_NO_LINE = b"\0"
_ENXIO = 6

TORN = b" (torn)\n"  # the next writer's end of a line that a crash tore, which was never acknowledged


def next_line(file: BinaryIO) -> tuple[bytes, int] | None:
    """The next whole line and its size; of a line beyond the limit only the beginning, which is not an entry."""
    line = chunk = file.readline(LINE_BYTES)
    start, size_bytes = file.tell() - len(chunk), len(chunk)
    while chunk and not chunk.endswith(b"\n"):
        file.seek(_next_data(file, file.tell()))
        chunk = file.readline(LINE_BYTES)
        size_bytes = file.tell() - start
    return (line, size_bytes) if chunk or size_bytes > LINE_BYTES else None  # no crash tears so long a line


def _next_data(file: BinaryIO, offset_bytes: int) -> int:
    """Where a hole of a sparse file ends: no line ends in it, and reading it takes long. `offset_bytes` without one."""
    descriptor, position = file.fileno(), os.lseek(file.fileno(), 0, os.SEEK_CUR)
    try:
        return os.lseek(descriptor, offset_bytes, os.SEEK_DATA)
    except OSError as error:
        if error.errno != _ENXIO:
            raise
        return os.lseek(descriptor, 0, os.SEEK_END)  # nothing but a hole is left
    finally:
        os.lseek(descriptor, position, os.SEEK_SET)  # where the file's buffer left it


def _skip_hole_backwards(file: BinaryIO, position: int) -> int:
    """An offset from which to `position` there is nothing but a hole, in steps that grow; `position` without one."""
    size_bytes = _BLOCK_BYTES
    while position and _next_data(file, start := max(0, position - size_bytes)) >= position:
        position, size_bytes = start, 2 * size_bytes
    return position


def torn_end(file: BinaryIO) -> bytes:
    """The bytes after the last line feed: nothing, or a line without its end."""
    return next(_pieces_backwards(file))


def is_void(line: bytes) -> bool:
    """Whether a whole line is empty, or a torn one that was ended as such."""
    return line.endswith(TORN) or not line.strip()


def lines_backwards(file: BinaryIO) -> Iterator[bytes]:
    """The whole lines, last one first; a line beyond the limit is replaced by one that is not JSON."""
    pieces = _pieces_backwards(file)
    next(pieces)  # a torn line, or nothing
    yield from pieces


def _pieces_backwards(file: BinaryIO) -> Iterator[bytes]:
    position, tail = file.seek(0, os.SEEK_END), b""
    while position:
        size_bytes = min(_BLOCK_BYTES, position)
        position = file.seek(position - size_bytes)
        block = file.read(size_bytes)
        if tail is _NO_LINE and b"\n" not in block:
            position = _skip_hole_backwards(file, position)
            continue
        head, *pieces = (block + tail).split(b"\n")
        if pieces and tail is _NO_LINE:
            pieces[-1] = _NO_LINE
        yield from (piece if len(piece) < LINE_BYTES else _NO_LINE for piece in reversed(pieces))
        tail = head if len(head) < LINE_BYTES else _NO_LINE
    yield tail
