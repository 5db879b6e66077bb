"""The tree of refs: lists their files, and checks whether a new name is free. Reads no ref."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from chemigram_core.durable import beneath
from chemigram_core.durable.folder import Folder
from chemigram_core.errors import InvalidName, RefConflict, RefExists
from chemigram_core.names import RefName, folded

MAX_DEPTH = 500  # of folders: a name has 1,000 bytes at the most

_Name = TypeVar("_Name", bound=RefName)
Parts = tuple[str, ...]
IsRef = Callable[[RefName, os.stat_result], bool]


def names(root: Path, kind: type[_Name], is_ref: IsRef) -> Iterator[_Name]:
    """The refs of one kind; names that break the rules are skipped (fsck reports them), and so are alien files."""
    return (name for name, status in _names_in(root, kind, ()) if is_ref(name, status))


def names_below(root: Path, kind: type[RefName], prefix: str, is_ref: IsRef) -> Iterator[str]:
    """The next parts of the names that begin with `prefix`, which is empty or ends with a slash."""
    parts = tuple(prefix.split("/")[:-1])
    for text, status in entries(root, *kind.namespace.split("/"), *parts):
        for name, found in _named(root, kind, (*parts, text), status):
            if is_ref(name, found):
                yield text
                break


def folders_of(root: Path, kind: type[RefName]) -> Iterator[Parts]:
    """The folders that hold refs of one kind, or may: their names depend on nothing else."""
    pending: list[Parts] = [tuple(kind.namespace.split("/"))]
    while pending:
        yield (parts := pending.pop())
        if len(parts) < MAX_DEPTH:
            pending += [(*parts, name) for name, status in entries(root, *parts) if stat.S_ISDIR(status.st_mode)]


def files_below(root: Path, *folders: str) -> Iterator[Parts]:
    """The paths of all regular files below a folder, whatever their names."""
    pending = [folders]
    while pending:
        parts = pending.pop()
        for name, status in entries(root, *parts):
            if stat.S_ISREG(status.st_mode):
                yield (*parts, name)
            elif stat.S_ISDIR(status.st_mode) and len(parts) < MAX_DEPTH:
                pending.append((*parts, name))


def entries(root: Path, *parts: str) -> list[tuple[str, os.stat_result]]:
    """The names in a folder, each with its attributes."""
    found: list[tuple[str, os.stat_result]] = []
    with suppress(FileNotFoundError, NotADirectoryError), Folder.enter(root, *parts) as folder:
        for name in folder.names():
            with suppress(FileNotFoundError):  # removed meanwhile
                found.append((name, os.stat(name, dir_fd=folder.descriptor, follow_symlinks=False)))
    return found


def check_free(root: Path, name: RefName) -> None:
    """Raises RefExists or RefConflict if `name` is not free: equal to another, equal except for case, or inside one.

    Reads one path and lists one folder for each level, independent of the number of refs.
    """
    parts = tuple(name.split("/"))
    for end in range(1, len(parts) + 1):
        _check_level(root, name, parts[:end])
    for inside in files_below(root, *name.ref.split("/")):
        raise RefConflict(name.ref, "/".join(inside))  # an invalid name, but maybe the only ref to a state


def _check_level(root: Path, name: RefName, parts: Parts) -> None:
    kind, (*above, part) = type(name), parts
    if stat.S_ISREG(_mode(root, kind, parts)):
        raise RefExists(name.ref) if "/".join(parts) == name else RefConflict(name.ref, kind("/".join(parts)).ref)
    for other in _similar(root, kind, tuple(above), part):
        for clash in _names_at(root, kind, (*above, other)):
            raise RefConflict(name.ref, clash.ref)


def _similar(root: Path, kind: type[RefName], above: Parts, part: str) -> list[str]:
    """The names in a folder that differ from `part` only in case or Unicode form."""
    same = folded(part)
    with suppress(FileNotFoundError, NotADirectoryError), Folder.enter(root, *_path(kind, above)) as folder:
        return [other for other in folder.names() if other != part and folded(other) == same]
    return []


def _names_at(root: Path, kind: type[_Name], parts: Parts) -> Iterator[_Name]:
    try:
        status = beneath.stat_below(root, *_path(kind, parts))
    except (FileNotFoundError, NotADirectoryError):
        return iter(())
    return (name for name, _ in _named(root, kind, parts, status))


def _names_in(root: Path, kind: type[_Name], parts: Parts) -> Iterator[tuple[_Name, os.stat_result]]:
    for text, status in entries(root, *_path(kind, parts)):
        yield from _named(root, kind, (*parts, text), status)


def _named(
    root: Path, kind: type[_Name], parts: Parts, status: os.stat_result
) -> Iterator[tuple[_Name, os.stat_result]]:
    """The ref that a file is, or the refs in a folder; each with the attributes of its file."""
    with suppress(InvalidName):
        name = kind("/".join(parts))
        if stat.S_ISREG(status.st_mode):
            yield name, status
        elif stat.S_ISDIR(status.st_mode):
            yield from _names_in(root, kind, parts)


def _mode(root: Path, kind: type[RefName], parts: Parts) -> int:
    try:
        return beneath.stat_below(root, *_path(kind, parts)).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return 0


def _path(kind: type[RefName], parts: Parts) -> Parts:
    return (*kind.namespace.split("/"), *parts)
