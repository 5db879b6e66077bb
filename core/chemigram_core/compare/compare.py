"""The engine put together: all comparators and transformers in their order, for states, folders, zips and files."""

from __future__ import annotations

from pathlib import Path

from chemigram_core.compare.comparators.binary import BinaryComparator
from chemigram_core.compare.comparators.container import ContainerComparator
from chemigram_core.compare.comparators.directory import DirectoryLister, item_on_disk
from chemigram_core.compare.comparators.mask import MaskComparator
from chemigram_core.compare.comparators.state import MaskFolderLister, StateAccess, StateLister, state_item
from chemigram_core.compare.comparators.xmp import XmpComparator
from chemigram_core.compare.comparators.zip_archive import ZipLister
from chemigram_core.compare.controller import Comparator, Controller
from chemigram_core.compare.item import DataAccess, HandleAccess, ItemRef
from chemigram_core.compare.node import Changeset
from chemigram_core.compare.transformers.copies import CopyDetector
from chemigram_core.compare.transformers.moves import MoveDetector
from chemigram_core.digest import Digest


def controller(data: DataAccess) -> Controller:
    """The engine with all it knows, reading through `data`."""
    containers = ContainerComparator([StateLister(), MaskFolderLister(), DirectoryLister(), ZipLister()])
    comparators: list[Comparator] = [containers, XmpComparator(), MaskComparator(), BinaryComparator()]
    return Controller(comparators, [MoveDetector(), CopyDetector()], data)


def compare(left: ItemRef, right: ItemRef, names: tuple[str, str]) -> Changeset:
    """What changed from one item to the other, called `names`. Raises Incomparable, StoreFailed, OSError."""
    return controller(HandleAccess()).changeset(left, right, names)


def compare_states(access: StateAccess, left: Digest, right: Digest, names: tuple[str, str]) -> Changeset:
    """What changed from one state of a store to another. Raises StoreFailed, OSError."""
    return compare(state_item(left, access), state_item(right, access), names)


def compare_paths(left: Path, right: Path) -> Changeset:
    """What changed from one folder, zip or file on disk to another.

    Raises Incomparable, NeitherFileNorFolder, OSError.
    """
    return compare(item_on_disk(left), item_on_disk(right), (str(left), str(right)))
