"""The file of a ref or of HEAD: a short line, written and removed whole or left as it was. Knows no names of refs."""

from __future__ import annotations

import stat
from contextlib import suppress
from pathlib import Path

from chemigram_core.durable.folder import Folder
from chemigram_core.errors import NotAFile, RefDamaged

_LIMIT_BYTES = 2048  # a ref is 65 bytes, HEAD a little more than the longest branch name


def read(root: Path, *parts: str) -> str | None:
    """What the file at `parts` says, or None where none is, or the folder of longer names. Raises RefDamaged."""
    *folders, file = parts
    try:
        with Folder.enter(root, *folders) as folder:
            text = folder.read(file, _LIMIT_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except NotAFile as error:
        with suppress(FileNotFoundError, NotADirectoryError), Folder.enter(root, *parts):
            return None
        raise RefDamaged("/".join(parts), str(error)) from error
    if len(text) == _LIMIT_BYTES:
        raise RefDamaged("/".join(parts), "it is longer than a ref can be")
    return text.decode("utf-8", "surrogateescape").rstrip("\r\n ")


def clear(folder: Folder, file: str) -> None:
    """Set aside, as one more leftover, the empty folder that a killed writer may have made where a ref is to be."""
    with suppress(FileNotFoundError):
        if stat.S_ISDIR(folder.stat(file).st_mode):
            folder.set_aside(file)


def put(folder: Folder, file: str, text: str) -> None:
    """Write a ref. Should that fail when the new one is in place already, the old one is put back."""
    before = folder.read(file, _LIMIT_BYTES) if _is_regular(folder, file) else None
    try:
        folder.write(file, f"{text}\n".encode())
    except OSError:
        with suppress(OSError):
            folder.remove(file) if before is None else folder.write(file, before)
        raise


def remove(folder: Folder, file: str) -> None:
    """Remove a ref, or put it back as in `put`."""
    before = folder.read(file, _LIMIT_BYTES)
    try:
        folder.remove(file)
    except OSError:
        with suppress(OSError):
            folder.write(file, before)
        raise


def _is_regular(folder: Folder, file: str) -> bool:
    try:
        return stat.S_ISREG(folder.stat(file).st_mode)
    except FileNotFoundError:
        return False
