"""Trees in memory to compare, with just the hints that a test wants, and an access that counts what is read."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from chemigram_core.compare.comparators.binary import BinaryComparator
from chemigram_core.compare.comparators.container import ContainerComparator, Listing
from chemigram_core.compare.comparators.mask import MaskComparator
from chemigram_core.compare.comparators.xmp import XmpComparator
from chemigram_core.compare.controller import Comparator, Controller
from chemigram_core.compare.item import DataAccess, HandleAccess, ItemRef, joined
from chemigram_core.compare.node import Changeset, DiffNode
from chemigram_core.compare.transformers.copies import CopyDetector
from chemigram_core.compare.transformers.moves import MoveDetector
from chemigram_core.digest import Digest

Tree: TypeAlias = "Mapping[str, bytes | Tree]"
HINTS = frozenset(("content_hash", "size_bytes"))


@dataclass(frozen=True)
class InMemory:
    """Handle of bytes."""

    data: bytes

    def open(self) -> io.BufferedIOBase:
        return io.BytesIO(self.data)


@dataclass(frozen=True)
class Branching:
    """Handle of a folder."""

    items: tuple[ItemRef, ...]


class CountingAccess:
    """Remembers the path of everything that is opened."""

    def __init__(self) -> None:
        self.opened: list[str] = []

    def open(self, item: ItemRef) -> io.BufferedIOBase:
        self.opened.append(item.logical_path)
        return HandleAccess().open(item)


class MemoryLister:
    """Lists folders that `folder` made."""

    def lists(self, item: ItemRef) -> bool:
        return isinstance(item.handle, Branching)

    def listing(self, item: ItemRef, data: DataAccess) -> Listing | None:
        assert isinstance(item.handle, Branching)
        return Listing("folder", item.handle.items)


def file(path: str, data: bytes, hints: Collection[str] = HINTS) -> ItemRef:
    """A file with some hints."""
    return ItemRef(
        path,
        is_directory=False,
        handle=InMemory(data),
        content_hash=Digest.of(data) if "content_hash" in hints else None,
        size_bytes=len(data) if "size_bytes" in hints else None,
    )


def folder(tree: Tree, hints: Collection[str] = HINTS, path: str = "") -> ItemRef:
    """A folder of files and folders."""
    return ItemRef(path, is_directory=True, handle=Branching(tuple(_items(tree, hints, path))))


def _items(tree: Tree, hints: Collection[str], path: str) -> Iterator[ItemRef]:
    for name, content in tree.items():
        inner = joined(path, name)
        yield file(inner, content, hints) if isinstance(content, bytes) else folder(content, hints, inner)


def engine(data: DataAccess) -> Controller:
    """The whole engine over trees in memory."""
    comparators: list[Comparator] = [ContainerComparator([MemoryLister()]), XmpComparator(), MaskComparator()]
    return Controller([*comparators, BinaryComparator()], [MoveDetector(), CopyDetector()], data)


def changeset(left: ItemRef, right: ItemRef, data: DataAccess | None = None) -> Changeset:
    """What changed."""
    return engine(data or CountingAccess()).changeset(left, right, ("left", "right"))


def leaf_lines(root: DiffNode | None) -> list[str]:
    """The leaves of a changeset, a line each: `move b from a`."""
    leaves = [] if root is None else [node for node in root.walk() if not node.children]
    return [f"{leaf.action} {leaf.path}" + (f" from {leaf.source_path}" if leaf.source_path else "") for leaf in leaves]
