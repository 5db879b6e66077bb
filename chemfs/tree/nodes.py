"""What stands at a place: a folder, a file or a link, with attributes that cost no reading. Knows no FUSE."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from chemigram_core.digest import Digest


class NodeKind(Enum):
    """What a name in a folder is."""

    FOLDER = "folder"
    FILE = "file"
    LINK = "link"


Entry = tuple[str, NodeKind]


@dataclass(frozen=True, slots=True)
class Directory:
    """A folder; its names are found out when somebody lists it. `mode` are permission bits."""

    mtime_ns: int
    entries: Callable[[], Iterable[Entry]]
    mode: int = 0o555


@dataclass(frozen=True, slots=True)
class File:
    """A file; its size is exact before it is opened. `content` tells which bytes it is, if they can't change."""

    size_bytes: int
    mtime_ns: int
    mode: int = 0o444
    content: Digest | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A symlink."""

    target: str
    mtime_ns: int


Node = Directory | File | Link
