"""The adapter without a kernel: requests by hand, answers caught before they reach libfuse."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Any

import pytest
from chemfs.tree.filesystem import Filesystem

from chemfs.mount.inodes import Inode, Inodes
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.support.builders import sidecar

pytestmark = pytest.mark.needs_fuse
REQUEST = 0


class Kernel:
    """Asks an adapter as the kernel does, one request after the other."""

    def __init__(self, view: Filesystem, monkeypatch: pytest.MonkeyPatch) -> None:
        from chemfs.mount import libfuse
        from chemfs.mount.adapter import Adapter

        def catch(_: int, *answer: Any) -> int:
            self.answer = answer
            return 0

        for name in ("entry", "create", "attr", "open", "err", "none"):
            monkeypatch.setattr(libfuse, f"reply_{name}", catch)
        monkeypatch.setattr(libfuse, "caller", lambda _: ctypes.pointer(libfuse.Caller(pid=1)))
        self.view, self.adapter = view, Adapter(view, lambda: None)

    def look_up(self, *names: str) -> int:
        """The number of what stands at a path."""
        number = 1
        for name in names:
            self.adapter.lookup(REQUEST, number, name.encode())
            number = self.answer[0].ino
        return number

    def create(self, parent: int, name: str) -> tuple[int, Any]:
        """The number of a new file, and its open one."""
        from fuse import fuse_file_info

        opened = ctypes.pointer(fuse_file_info(flags=os.O_RDWR))
        self.adapter.create(REQUEST, parent, name.encode(), 0o644, opened)
        return self.answer[0].ino, opened


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kernel:
    repository = Repository.init(tmp_path / "repository")
    save_xmp(repository, MAIN, sidecar())
    return Kernel(Filesystem(repository.root), monkeypatch)


def test_what_is_removed_while_it_is_looked_up_can_be_forgotten(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = kernel.look_up("heads", "main")
    number, _ = kernel.create(folder, "notes")
    look_up = Inodes.look_up

    def look_up_and_lose(inodes: Inodes, parent: int, name: str, *rest: Any) -> Inode:
        found = look_up(inodes, parent, name, *rest)
        inodes.removed(parent, name)
        return found

    monkeypatch.setattr(Inodes, "look_up", look_up_and_lose)
    kernel.adapter.lookup(REQUEST, folder, b"notes")
    assert kernel.answer[0].ino == number
