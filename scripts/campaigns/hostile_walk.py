"""A walk through a mount of a hostile repository: everything is looked at and read, and then saved to."""

from __future__ import annotations

import itertools
import os
import stat
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from chemigram_core import sidecar as sidecars
from chemigram_core.digest import Digest
from scripts.campaigns.hostile_mount import HostileMount
from scripts.campaigns.hostile_verbs import MOST_SECONDS
from scripts.campaigns.outside import CANARY
from tests.support.builders import mask, sidecar

_MOST_NAMES, _MOST_NODES, _READ_BYTES = 40, 700, 4 << 20
_UNLISTED = ("compare/v1..main", "compare/main..warm", "snapshots/0000000", "heads/main/masks/none.png")
_STATES = ("heads", "tags", "snapshots", "history")

_T = TypeVar("_T")


class Walk:
    """One walk below the folder of a repository in a mount; `broken` gets each promise that was broken."""

    def __init__(self, mount: HostileMount, top: Path, broken: Callable[[str], None]) -> None:
        self.top = top
        self._roll = (top if top == mount.place else top.parent) / "roll"
        self.counts: Counter[str] = Counter()
        self.unreadable: list[str] = []  # files of states
        self.acknowledged: list[Digest] = []
        self._mount = mount
        self._broken = broken
        self._left = _MOST_NODES
        self._numbers = itertools.count(1000)

    def look(self) -> None:
        """Look at everything that is listed, as far as there is not too much, and at some names that are not."""
        self._look(self.top)
        for path in (self._roll, self._roll.with_name("tagged")):
            self._look(path)
        for name in _UNLISTED:
            if self._try(f"lstat {name}", lambda name=name: os.lstat(self.top / name)) is not None:  # type: ignore[misc]
                self._look(self.top / name)

    def save(self) -> None:
        """Save by each way there is, on a branch that may be damaged."""
        heads, branch, roll = self.top / "heads", self.top / "heads" / "main", self._roll
        for path in (branch / "image.xmp", branch / "a.tif.xmp", heads / "warm" / "image.xmp", roll / "a.tif.xmp"):
            self.save_xmp(path)
        self._try("save a duplicate", lambda: (roll / "a_01.tif.xmp").write_bytes(sidecar(next(self._numbers))))
        self._try("make a duplicate", lambda: (roll / "a_07.tif.xmp").write_bytes(sidecar(next(self._numbers))))
        self._try("let a first state wait", lambda: (roll / "a_08.tif.xmp").write_bytes(sidecar(entries=0)))
        self._try("hide a sidecar", (roll / "a_01.tif.xmp").unlink)
        self._try("rename onto a sidecar", lambda: _renamed(roll / ".tmp", roll / "a.tif.xmp"))
        self._try("save a mask", lambda: (branch / "masks" / "sky.png").write_bytes(mask(next(self._numbers) % 256)))
        self._try("write another file", lambda: _put(branch / "swap.txt", b"x"))
        self._try("make a folder", lambda: (branch / "folder" / "below").mkdir(parents=True))
        self._try("write it again", lambda: _put(branch / "notes.txt", b"more"))
        self._try("rename it", lambda: (branch / "notes.txt").replace(branch / "notes" / "moved.txt"))
        self._try("save no sidecar", lambda: (branch / "image.xmp").write_bytes(b"no XMP"))
        self._try("make a branch", (heads / "fresh").mkdir)
        self._try("rename a branch", lambda: (heads / "warm").rename(heads / "cool"))
        self._try("remove a branch", (heads / "fresh").rmdir)
        self._try("make a tag", (self.top / "tags" / "v9").mkdir)
        self._try("remove a mask", (branch / "masks" / "sky.png").unlink)
        self._try("link", lambda: (self.top / "HEAD.new").symlink_to("heads/night/blue"))
        self._try("check out", lambda: (self.top / "HEAD.new").replace(self.top / "HEAD"))
        self.save_xmp(branch / "image.xmp")

    def save_xmp(self, path: Path) -> None:
        """Save an edit; one that is acknowledged is there to be read at once, and noted."""
        data = sidecar(next(self._numbers))
        if self._try(f"save {path}", lambda: path.write_bytes(data)) is not None:
            self._read_back(path, data)

    def drafts(self, change: Callable[[], object]) -> None:
        """Open drafts in heads/ and roll/, write half of each, let `change` happen, write the rest and close."""
        branch, data, other = self.top / "heads" / "main", sidecar(next(self._numbers)), sidecar(next(self._numbers))
        contents = {branch / "image.xmp": data, self._roll / "a_01.tif.xmp": other, self._roll / "open.txt": other}
        contents |= {branch / "masks/new.png": mask(next(self._numbers) % 256), branch / "open.txt": b"x" * 9000}
        opened = {path: self._try(f"open {path}", lambda path=path: _opened(path)) for path in contents}  # type: ignore[misc]
        self._write(opened, {path: content[:500] for path, content in contents.items()})
        change()
        self._write(opened, {path: content[500:] for path, content in contents.items()})
        for path, file in opened.items():
            closed = None if file is None else self._try(f"close {path}", lambda file=file: _closed(file))  # type: ignore[misc]
            if path == branch / "image.xmp" and closed:
                self._read_back(path, data)

    def _write(self, opened: dict[Path, int | None], contents: dict[Path, bytes]) -> None:
        for path, file in opened.items():
            if file is not None:
                self._try(f"write {path}", lambda file=file, path=path: os.write(file, contents[path]))  # type: ignore[misc]

    def _read_back(self, path: Path, data: bytes) -> None:
        read = self._try(f"read back {path}", path.read_bytes)
        if read is None or _bare(read) != _bare(data):
            self._broken(f"the acknowledged save of {path} can't be read")
        elif read != data:  # the canonical form: what the mount takes for another program's file is no save
            self.counts["acknowledged saves"] += 1
            self.acknowledged.append(Digest.of(read))

    def _look(self, path: Path) -> None:
        self._left -= 1
        status = self._try(f"lstat {path}", lambda: os.lstat(path))
        self._try(f"listxattr {path}", lambda: self._attributes(path))
        if status is None or self._left < 0:
            return
        if stat.S_ISLNK(status.st_mode):
            self._show(path, self._try(f"readlink {path}", lambda: os.fsencode(path.readlink())))
        elif stat.S_ISDIR(status.st_mode):
            self._look_into(path)
        elif stat.S_ISREG(status.st_mode):
            self._show(path, self._try(f"read {path}", lambda: _start_of(path)))
        else:
            self._broken(f"{path} is a device, a fifo or a socket")

    def _look_into(self, path: Path) -> None:
        names = self._try(f"list {path}", lambda: os.listdir(path)) or []
        for name in sorted(names)[:_MOST_NAMES]:
            self._show(path / name, os.fsencode(name))
            try:
                os.lstat(path / name)
            except FileNotFoundError:
                self._broken(f"{str(path / name)!r} is listed, and not there")
            except OSError:
                self.counts["listed names with errors"] += 1
            self._look(path / name)

    def _attributes(self, path: Path) -> None:
        for name in os.listxattr(path, follow_symlinks=False):
            self._show(path, os.getxattr(path, name, follow_symlinks=False))

    def _show(self, path: Path, data: bytes | None) -> None:
        if data is not None and CANARY in data:
            self._broken(f"{path} shows what is outside")

    def _try(self, what: str, work: Callable[[], _T]) -> _T | None:
        self.counts["requests"] += 1
        began = time.monotonic()
        try:
            with self._mount.watched(what):
                return work()
        except OSError as error:
            self.counts["requests refused"] += 1
            if what.startswith("read /") and _is_of_a_state(Path(what), self.top):
                self.unreadable.append(f"{what}: {error}")
            return None
        finally:
            if (seconds := time.monotonic() - began) > MOST_SECONDS:
                self._broken(f"{what} took {seconds:.1f} s")


def _is_of_a_state(path: Path, top: Path) -> bool:
    below = str(path).partition(f"{top}/")[2]
    return below.startswith(_STATES) and path.suffix in (".xmp", ".png")


def _bare(data: bytes) -> Digest:
    return sidecars.parse(data).with_masks({}).digest


def _opened(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)


def _put(path: Path, data: bytes) -> None:
    """Write a file; a link is not followed, since that would be the writer's own doing."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644)
    try:
        os.write(descriptor, data)
    finally:
        os.close(descriptor)


def _renamed(temporary: Path, path: Path) -> Path:
    _put(temporary, sidecar(2000))
    return temporary.replace(path)


def _closed(descriptor: int) -> bool:
    os.close(descriptor)
    return True


def _start_of(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return os.read(descriptor, _READ_BYTES)
    finally:
        os.close(descriptor)
