"""A small tree of nodes in memory, for trying a mount without a repository."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Hashable, Iterable
from pathlib import Path

from chemfs.tree.errors import AlreadyThere, IsAFolder, NotEmpty, NotFound, NotPermitted
from chemfs.tree.nodes import Entry, File, Folder, Link, Node
from chemfs.tree.open_files import Caching, OpenFile, Stat
from chemigram_core.digest import Digest

TIME_NS = 1_700_000_000_123_456_789


class Reader(OpenFile):
    """An open file whose bytes can't change."""

    caching = Caching.KEEP

    def __init__(self, file: Frozen) -> None:
        self._file = file

    def stat(self) -> Stat:
        return self._file.stat()

    def read(self, size_bytes: int, offset_bytes: int) -> bytes:
        self._file.tree.calls["read"] += 1
        return self._file.data[offset_bytes : offset_bytes + size_bytes]


class Frozen(File):
    """A file with a digest, like those of a state."""

    stat_seconds = entry_seconds = 3600.0

    def __init__(self, tree: MemoryTree, data: bytes) -> None:
        self.tree, self.data = tree, data
        self._digest = Digest.of(data)

    @property
    def content(self) -> Digest | None:
        return self._digest

    def stat(self) -> Stat:
        return Stat(len(self.data), TIME_NS, 0o444)

    def open_to_read(self) -> OpenFile:
        self.tree.calls["open"] += 1
        return Reader(self)


class Writable(File):
    """A file with many writers, like scratch files."""

    entry_seconds = stat_seconds = 0.0

    def __init__(self, tree: MemoryTree, mode: int = 0o644) -> None:
        self.tree, self.mode = tree, mode
        self.data = bytearray()
        self.mtime_ns = TIME_NS
        self.attributes: dict[str, bytes] = {}

    def stat(self) -> Stat:
        return Stat(len(self.data), self.mtime_ns, self.mode)

    def open(self, flags: int) -> OpenFile:
        self.tree.calls["open"] += 1
        if flags & os.O_TRUNC:
            self.data.clear()
        return Writer(self, flags)

    def xattr(self, name: str) -> bytes:
        if name in self.attributes:
            return self.attributes[name]
        return super().xattr(name)

    def xattr_names(self) -> list[str]:
        return list(self.attributes)

    def write_xattr(self, name: str, value: bytes | None) -> None:
        if value is None:
            del self.attributes[name]
        else:
            self.attributes[name] = value

    def check_writable(self) -> None:
        pass

    def set_mode(self, mode: int) -> None:
        self.mode = mode

    def set_times(self, times_ns: tuple[int, int]) -> None:
        self.mtime_ns = times_ns[1]


class Writer(OpenFile):
    """An open file that writes."""

    def __init__(self, file: Writable, flags: int) -> None:
        self._file, self._appends = file, bool(flags & os.O_APPEND)
        self.writes = flags & os.O_ACCMODE != os.O_RDONLY

    def stat(self) -> Stat:
        return self._file.stat()

    def read(self, size_bytes: int, offset_bytes: int) -> bytes:
        self._file.tree.calls["read"] += 1
        return bytes(self._file.data[offset_bytes : offset_bytes + size_bytes])

    def write(self, data: bytes | memoryview, offset_bytes: int) -> int:
        self._file.tree.calls["write"] += 1
        bytes_ = self._file.data
        start = len(bytes_) if self._appends else offset_bytes
        bytes_.extend(bytes(max(0, start - len(bytes_))))
        bytes_[start : start + len(data)] = data
        self._file.mtime_ns = time.time_ns()
        return len(data)

    def truncate(self, size_bytes: int) -> None:
        data = self._file.data
        data.extend(bytes(max(0, size_bytes - len(data))))
        del data[size_bytes:]

    def flush(self) -> None:
        self._file.tree.calls["flush"] += 1

    def release(self) -> None:
        self._file.tree.calls["release"] += 1


class Tip(Frozen):
    """A file whose bytes are replaced when a writer closes it, like those of a branch, as of one moment."""

    stat_seconds = entry_seconds = 0.0

    def __init__(self, folder: VersionedFolder, name: str, data: bytes) -> None:
        super().__init__(folder.tree, data)
        self._folder, self._name = folder, name

    @property
    def place(self) -> Hashable:
        return "versioned", self._name

    def check_writable(self) -> None:
        pass

    def open(self, flags: int) -> OpenFile:
        if flags & os.O_ACCMODE == os.O_RDONLY:
            return self.open_to_read()
        return Draft(self._folder, self._name, b"" if flags & os.O_TRUNC else self.data)


class Draft(OpenFile):
    """A writer's draft, hidden from others until it is closed."""

    writes = is_own = True

    def __init__(self, folder: VersionedFolder, name: str, data: bytes) -> None:
        self._folder, self._name, self._data, self._is_saved = folder, name, bytearray(data), bool(data)

    def stat(self) -> Stat:
        return Stat(len(self._data), TIME_NS, 0o644)

    def read(self, size_bytes: int, offset_bytes: int) -> bytes:
        return bytes(self._data[offset_bytes : offset_bytes + size_bytes])

    def write(self, data: bytes | memoryview, offset_bytes: int) -> int:
        self._data.extend(bytes(max(0, offset_bytes - len(self._data))))
        self._data[offset_bytes : offset_bytes + len(data)] = data
        self._is_saved = False
        return len(data)

    def truncate(self, size_bytes: int) -> None:
        self._data.extend(bytes(max(0, size_bytes - len(self._data))))
        del self._data[size_bytes:]
        self._is_saved = False

    def flush(self) -> None:
        if self._data and not self._is_saved:
            self._folder.tips[self._name] = bytes(self._data)
            self._is_saved = True
            self._folder.tree.calls["save"] += 1


class Blocking(Writable):
    """A file whose reads wait until a program looks up `go` in its folder."""

    def open(self, flags: int) -> OpenFile:
        return Waiting(self, flags)


class Waiting(Writer):
    """An open file whose reads wait."""

    caching = Caching.NONE

    def read(self, size_bytes: int, offset_bytes: int) -> bytes:
        self._file.tree.calls["wait"] += 1
        self._file.tree.go.wait()
        return b"gone on"[offset_bytes:]

    def stat(self) -> Stat:
        return Stat(7, TIME_NS, 0o644)


class Calls(File):
    """The number of calls by name, a line for each name."""

    entry_seconds = stat_seconds = 0.0

    def __init__(self, tree: MemoryTree) -> None:
        self._tree = tree

    def stat(self) -> Stat:
        return Stat(0, TIME_NS, 0o444)

    def open_to_read(self) -> OpenFile:
        lines = [f"{name} {count}\n" for name, count in sorted(self._tree.calls.items())]
        return Text("".join(lines).encode())


class Text(OpenFile):
    """Bytes computed for one reader."""

    caching = Caching.NONE

    def __init__(self, data: bytes) -> None:
        self._data = data

    def stat(self) -> Stat:
        return Stat(len(self._data), TIME_NS, 0o444)

    def read(self, size_bytes: int, offset_bytes: int) -> bytes:
        return self._data[offset_bytes : offset_bytes + size_bytes]


class MemoryLink(Link):
    """A symlink."""

    def __init__(self, target: str) -> None:
        self._target = target

    def stat(self) -> Stat:
        return Stat(len(os.fsencode(self._target)), TIME_NS, 0o777)

    def target(self) -> str:
        return self._target


class MemoryFolder(Folder):
    """A folder that takes all changes."""

    entry_seconds = stat_seconds = 0.0

    def __init__(self, tree: MemoryTree, *, missing_seconds: float = 0.0, mode: int = 0o755) -> None:
        self.tree, self.missing_seconds, self.mode = tree, missing_seconds, mode
        self.children: dict[str, Node] = {}

    def stat(self) -> Stat:
        return Stat(0, TIME_NS, self.mode)

    def check_writable(self) -> None:
        pass

    def lookup(self, name: str) -> Node:
        self.tree.calls["lookup"] += 1
        if name == "go":
            self.tree.go.set()
        if name not in self.children:
            self.tree.calls["missing"] += 1
            raise NotFound(name)
        return self.children[name]

    def entries(self) -> Iterable[Entry]:
        self.tree.calls["list"] += 1
        return [Entry(name, node.kind) for name, node in list(self.children.items())]

    def create(self, name: str, flags: int, mode: int) -> OpenFile:
        node = self.children.get(name)
        if node is not None and flags & os.O_EXCL:
            raise AlreadyThere(name)
        if node is None:
            node = self.children[name] = Writable(self.tree, mode)
        if not isinstance(node, File):
            raise IsAFolder(name)
        return node.open(flags)

    def make_folder(self, name: str, mode: int) -> None:
        if name in self.children:
            raise AlreadyThere(name)
        self.children[name] = MemoryFolder(self.tree, mode=mode)

    def make_link(self, name: str, target: str) -> None:
        self.children[name] = MemoryLink(target)

    def link(self, name: str, node: Node) -> None:
        self.children[name] = node

    def remove(self, name: str) -> None:
        if isinstance(self.lookup(name), Folder):
            raise IsAFolder(name)
        del self.children[name]

    def remove_folder(self, name: str) -> None:
        node = self.lookup(name)
        if isinstance(node, MemoryFolder) and node.children:
            raise NotEmpty(name)
        del self.children[name]

    def rename(self, name: str, folder: Folder, new_name: str) -> None:
        if not isinstance(folder, MemoryFolder):
            raise NotPermitted(name)
        folder.children[new_name] = self.children.pop(name)


class VersionedFolder(Folder):
    """A folder whose files are replaced as a whole."""

    entry_seconds = stat_seconds = 0.0

    def __init__(self, tree: MemoryTree) -> None:
        self.tree = tree
        self.tips: dict[str, bytes] = {}

    def stat(self) -> Stat:
        return Stat(0, TIME_NS, 0o755)

    def lookup(self, name: str) -> Node:
        self.tree.calls["lookup"] += 1
        if name not in self.tips:
            raise NotFound(name)
        return Tip(self, name, self.tips[name])

    def entries(self) -> Iterable[Entry]:
        return [Entry(name, Tip.kind) for name in self.tips]

    def create(self, name: str, flags: int, mode: int) -> OpenFile:
        self.tips.setdefault(name, b"")
        return Draft(self, name, b"" if flags & os.O_TRUNC else self.tips[name])

    def remove(self, name: str) -> None:
        self.lookup(name)
        del self.tips[name]


class MemoryTree:
    """A tree: `fixed/` never changes, `files/` takes all changes, `versioned/` replaces files as a whole."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self.calls: Counter[str] = Counter()
        self.go = threading.Event()
        self.root = MemoryFolder(self)
        self.fixed = MemoryFolder(self, missing_seconds=3600.0, mode=0o555)
        self.fixed.children = {f"{n:03}.txt": Frozen(self, b"%d\n" % n * 1000) for n in range(50)}
        self.fixed.children["large.bin"] = Frozen(self, bytes(range(256)) * 16384)
        self.files = MemoryFolder(self)
        self.files.children["blocked"] = Blocking(self)
        self.versioned = VersionedFolder(self)
        self.versioned.tips["image.xmp"] = b"first"
        self.root.children = {
            "fixed": self.fixed,
            "files": self.files,
            "versioned": self.versioned,
            "link": MemoryLink("fixed/001.txt"),
            "calls": Calls(self),
        }

    def start(self) -> None:
        self.calls["start"] += 1

    def stop(self) -> None:
        self.go.set()
        (self.store / "stopped").write_text("".join(f"{name} {count}\n" for name, count in self.calls.items()))
