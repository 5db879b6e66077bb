"""Requests about names that the kernel caches, when only the requests themselves notice a change."""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from chemfs.mount.cached_names import CachedNames
from chemfs.tree.nodes import Folder, Node, Source
from tests.support import kernel as ops
from tests.support.kernel import Kernel
from tests.support.memory_tree import MemoryTree, Tip, VersionedFolder

NAME = b"image.xmp\0"
KEPT, ASKED = (1, 1), (0, 0)  # seconds of the name and of its attributes
GETATTR_BODY = struct.pack("=IIQ", 0, 0, 0)
DROPPED = 2  # FUSE_NOTIFY_INVAL_INODE


class KeptTip(Tip):
    kept_seconds = 1.0


class Contents(dict[str, bytes]):
    """What files contain; each change also changes a file on disk."""

    def __init__(self, ref: Path) -> None:
        super().__init__()
        self._ref = ref

    def __setitem__(self, name: str, data: bytes) -> None:
        super().__setitem__(name, data)
        self._ref.write_bytes(data)


class KeptFolder(VersionedFolder):
    """A folder whose names may be kept."""

    def __init__(self, tree: MemoryTree) -> None:
        super().__init__(tree)
        self.ref = tree.store / "ref"
        self.tips = Contents(self.ref)

    @property
    def sources(self) -> tuple[Source, ...]:
        return (Source(str(self.ref.parent), self.ref.name),)

    def lookup(self, name: str) -> Node:
        found = super().lookup(name)
        found.__class__ = KeptTip
        return found

    def rename(self, name: str, folder: Folder, new_name: str) -> None:
        self.tips[new_name] = self.tips.pop(name)


@pytest.fixture
def tree(tmp_path: Path) -> MemoryTree:
    made = MemoryTree(tmp_path)
    made.versioned = KeptFolder(made)
    made.root.children["versioned"] = made.versioned
    made.versioned.tips["image.xmp"] = b"first"
    return made


@pytest.fixture
def kernel(tree: MemoryTree, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    monkeypatch.setattr(CachedNames, "_listen", lambda *_: None)
    kernel = Kernel(tree)
    yield kernel
    kernel.hang_up()
    kernel.device.close()


@pytest.fixture
def node(kernel: Kernel) -> int:
    """A name that is kept."""
    seconds = [kernel.ask(ops.LOOKUP, folder(kernel), NAME).fields("=QQQQ")[2:] for _ in range(3)]
    assert seconds == [ASKED, ASKED, KEPT]
    return kernel.look_up("versioned", "image.xmp")


def folder(kernel: Kernel) -> int:
    return kernel.look_up("versioned")


def test_attributes_are_kept_as_long_as_the_name(kernel: Kernel, node: int) -> None:
    assert kernel.ask(ops.GETATTR, node, GETATTR_BODY).fields("=QII") == (1, 0, 0)


def test_open_of_an_old_state_is_refused_once(kernel: Kernel, tree: MemoryTree, node: int) -> None:
    tree.versioned.tips["image.xmp"] = b"second"
    assert kernel.open(node).error == errno.ESTALE
    assert (DROPPED, node, -1, 0) in kernel.notified
    again = kernel.look_up("versioned", "image.xmp")
    opened = kernel.open(again)
    assert (again != node, opened.error) == (True, 0)
    assert kernel.read(again, opened.fields("=Q")[0]).body == b"second"


def test_stat_of_an_old_state_is_refused_once(kernel: Kernel, tree: MemoryTree, node: int) -> None:
    tree.versioned.tips["image.xmp"] = b"second, longer"
    assert kernel.ask(ops.GETATTR, node, GETATTR_BODY).error == errno.ESTALE
    again = kernel.look_up("versioned", "image.xmp")
    tree.versioned.tips["image.xmp"] = b"third"
    assert kernel.ask(ops.GETATTR, again, GETATTR_BODY).fields("=Q", 24)[0] == len(b"second, longer")


def test_fstat_of_an_old_state_is_answered(kernel: Kernel, tree: MemoryTree, node: int) -> None:
    assert kernel.open(node).error == 0
    tree.versioned.tips["image.xmp"] = b"second, longer"
    answer = kernel.ask(ops.GETATTR, node, GETATTR_BODY)
    assert (answer.fields("=QII"), answer.fields("=Q", 24)[0]) == ((0, 0, 0), len(b"first"))


def test_close_is_answered_after_the_attributes_were_dropped(kernel: Kernel, node: int) -> None:
    assert kernel.open(node, os.O_WRONLY | os.O_TRUNC).error == errno.ESTALE
    own = kernel.look_up("versioned", "image.xmp")
    (handle, *_) = kernel.open(own, os.O_WRONLY | os.O_TRUNC).fields("=QIi")
    kernel.write(own, handle, b"second")
    assert kernel.notified == []
    assert kernel.ask(ops.FLUSH, own, struct.pack("=QIIQ", handle, 0, 0, 0)).is_done
    assert kernel.notified == [(DROPPED, node, -1, 0)]


def test_rename_is_answered_after_the_attributes_were_dropped(kernel: Kernel, tree: MemoryTree, node: int) -> None:
    dict.__setitem__(tree.versioned.tips, "new", b"second")
    body = struct.pack("=Q", folder(kernel)) + b"new\0" + NAME
    assert kernel.ask(ops.RENAME, folder(kernel), body).is_done
    assert kernel.notified == [(DROPPED, node, -1, 0)]


def test_rename_of_a_kept_name_is_refused_once(kernel: Kernel, node: int) -> None:
    body = struct.pack("=Q", folder(kernel)) + NAME + b"backup\0"
    assert kernel.ask(ops.RENAME, folder(kernel), body).error == errno.ESTALE
    assert kernel.ask(ops.LOOKUP, folder(kernel), NAME).fields("=QQQQ")[2:] == ASKED
    assert kernel.ask(ops.RENAME, folder(kernel), body).is_done


def test_name_that_changed_during_its_look_up_is_not_kept(
    kernel: Kernel, tree: MemoryTree, node: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = KeptFolder.lookup

    def look_up_and_change(versioned: KeptFolder, name: str) -> Node:
        found = look_up(versioned, name)
        versioned.ref.write_bytes(b"later")
        return found

    monkeypatch.setattr(KeptFolder, "lookup", look_up_and_change)
    assert kernel.ask(ops.LOOKUP, folder(kernel), NAME).fields("=QQQQ")[2:] == ASKED
