"""Assembles the engine: all comparators and transformers in order, for states, folders, zips and files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chemigram_core.compare import plugins
from chemigram_core.compare.comparators.binary import BinaryComparator
from chemigram_core.compare.comparators.container import ContainerComparator
from chemigram_core.compare.comparators.directory import DirectoryLister, item_on_disk
from chemigram_core.compare.comparators.mask import MaskComparator
from chemigram_core.compare.comparators.state import MaskFolderLister, StateAccess, StateLister, state_item
from chemigram_core.compare.comparators.xmp import XmpComparator
from chemigram_core.compare.comparators.zip_archive import ZipLister
from chemigram_core.compare.controller import Comparator, Controller
from chemigram_core.compare.extension import Extension
from chemigram_core.compare.item import DataAccess, HandleAccess, ItemRef
from chemigram_core.compare.node import Changeset
from chemigram_core.compare.transformers.copies import CopyDetector
from chemigram_core.compare.transformers.moves import MoveDetector
from chemigram_core.digest import Digest

_READ_BY_HANDLE = HandleAccess()


def compare(
    left: ItemRef,
    right: ItemRef,
    names: tuple[str, str],
    *,
    extensions: Sequence[Extension] = (),
    data: DataAccess = _READ_BY_HANDLE,
) -> Changeset:
    """What changed from one item to the other, called `names`. Raises Incomparable, StoreFailed, OSError.

    `extensions` come before installed plug-ins, and plug-ins before the built-in comparators. Exceptions of an
    extension are raised, those of a plug-in are not. `data` reads the items.
    """
    found = plugins.installed()
    try:
        return controller(data, (*extensions, *found)).changeset(left, right, names)
    except Exception as error:
        if not found:
            raise
        changeset = controller(data, extensions).changeset(
            left, right, names
        )  # raises again if plug-ins are not the cause
        plugins.report("of some package", plugins.described(error))
        return changeset


def compare_states(
    access: StateAccess,
    left: Digest,
    right: Digest,
    names: tuple[str, str],
    *,
    extensions: Sequence[Extension] = (),
) -> Changeset:
    """What changed from one state of a store to another. Raises StoreFailed, OSError."""
    return compare(state_item(left, access), state_item(right, access), names, extensions=extensions)


def compare_paths(left: Path, right: Path, *, extensions: Sequence[Extension] = ()) -> Changeset:
    """What changed from one folder, zip or file on disk to another.

    Raises Incomparable, NeitherFileNorFolder, OSError.
    """
    return compare(item_on_disk(left), item_on_disk(right), (str(left), str(right)), extensions=extensions)


def controller(data: DataAccess, extensions: Sequence[Extension]) -> Controller:
    """The engine with everything built in and what `extensions` add, reading through `data`."""
    added: list[Comparator] = [one for extension in extensions for one in extension.comparators]
    listers = [one for extension in extensions for one in extension.listers]
    transformers = [one for extension in extensions for one in extension.transformers]
    containers = ContainerComparator([*listers, StateLister(), MaskFolderLister(), DirectoryLister(), ZipLister()])
    comparators: list[Comparator] = [*added, containers, XmpComparator(), MaskComparator(), BinaryComparator()]
    return Controller(comparators, [MoveDetector(), CopyDetector(), *transformers], data)
