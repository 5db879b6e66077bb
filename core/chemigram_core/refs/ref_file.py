"""The file of a ref or of HEAD: one short line, written and removed atomically. Knows no names of refs."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from chemigram_core.durable import beneath
from chemigram_core.durable.file_cache import FileCache
from chemigram_core.durable.folder import Folder
from chemigram_core.durable.replacement import Replacement
from chemigram_core.errors import NotAFile, RefDamaged

_T = TypeVar("_T")

_LIMIT_BYTES = 2048  # a ref is 65 bytes, HEAD a little more than the longest branch name
_NO_FILE = "not a regular file"


def look(root: Path, parts: Sequence[str], known: FileCache[_T], parse: Callable[[str, int], _T]) -> _T | None:
    """The result of `parse` for the text and the time (ns) of the file at `parts`; None if it is missing or a folder.

    A file in the cache `known` is not opened: the same file was opened at the same path before, without following a
    symlink, so a symlink that leads to it now changes nothing. Raises RefDamaged, and what `parse` raises.
    """
    path = f"{root}/{'/'.join(parts)}"
    try:
        if (found := known.recall(os.lstat(path), path)) is not None:
            return found
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        pass  # such as a loop of symlinks: opening it gives the error
    return read(root, parts, known, parse)


def read(root: Path, parts: Sequence[str], known: FileCache[_T], parse: Callable[[str, int], _T]) -> _T | None:
    """The same for a file that is not in the cache."""
    path = f"{root}/{'/'.join(parts)}"
    if (descriptor := _opened(root, parts)) is None:
        return None
    try:
        return known.get(descriptor, lambda _, status: _parsed(descriptor, status, parts, parse), path)
    except IsADirectoryError:
        return None
    finally:
        os.close(descriptor)


def clear(folder: Folder, file: str) -> None:
    """Rename an empty folder in place of a ref, which a killed writer may have created, to a leftover."""
    with suppress(FileNotFoundError):
        if stat.S_ISDIR(folder.stat(file).st_mode):
            folder.set_aside(file)


def data(folder: Folder, file: str) -> bytes | None:
    """The bytes that a ref has, for `put`; None if it is not a regular file."""
    with suppress(FileNotFoundError, NotAFile):
        return folder.read(file, _LIMIT_BYTES)
    return None


def content(text: str) -> bytes:
    """The bytes of a ref's file."""
    return f"{text}\n".encode()


def write(folder: Folder, file: str, text: str, *, before: bytes | None) -> None:
    """Write a ref as `put` does."""
    with folder.replacement(content(text)) as new:
        put(folder, file, new, before=before)


def put(folder: Folder, file: str, new: Replacement, *, before: bytes | None) -> None:
    """Replace a ref whose file had the bytes `before`; restores them after a failed sync. Raises OSError."""
    try:
        new.take(file)
        folder.sync()
    except OSError:
        with suppress(OSError):
            folder.remove(file) if before is None else folder.write(file, before)
        raise


def remove(folder: Folder, file: str) -> None:
    """Remove a ref; restores it after a failure as `put` does."""
    before = folder.read(file, _LIMIT_BYTES)
    try:
        folder.remove(file)
    except OSError:
        with suppress(OSError):
            folder.write(file, before)
        raise


def _opened(root: Path, parts: Sequence[str]) -> int | None:
    try:
        return beneath.open_below(root, parts, beneath.FILE)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if stat.S_ISLNK(beneath.stat_below(root, *parts).st_mode):
            raise RefDamaged("/".join(parts), _NO_FILE) from error
        raise


def _parsed(descriptor: int, status: os.stat_result, parts: Sequence[str], parse: Callable[[str, int], _T]) -> _T:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError
    if not stat.S_ISREG(status.st_mode):
        raise RefDamaged("/".join(parts), _NO_FILE)
    return parse(_text(descriptor, parts), status.st_mtime_ns)


def _text(descriptor: int, parts: Sequence[str]) -> str:
    data = os.pread(descriptor, _LIMIT_BYTES, 0)
    if len(data) == _LIMIT_BYTES:
        raise RefDamaged("/".join(parts), "it is longer than a ref can be")
    return data.decode("utf-8", "surrogateescape").rstrip("\r\n ")
