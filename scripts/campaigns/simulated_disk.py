"""A disk in the strictest model: whatever was not synced may be lost at a power cut, in any order.

A file's bytes are safe after fsync of the file; until then there may be the old bytes, all, half or
zeros. A name (made, renamed, removed) is safe after fsync of its folder; until then each change of a folder may be
there or not, whatever became of the others. A rename within a folder is one change; across folders it is two. After
syncfs everything is safe.
"""

from __future__ import annotations

import itertools
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from scripts.campaigns.traced_calls import Call

Tree = Mapping[str, bytes | str | None]  # path -> bytes of a file, target of a link, None for a folder


@dataclass(eq=False)
class _File:
    data: bytes = b""
    safe: bytes = b""

    def versions(self) -> list[bytes]:
        """What the file may have after a power cut."""
        if self.data == self.safe:
            return [self.data]
        half = (len(self.safe) + len(self.data)) // 2 if self.data.startswith(self.safe) else len(self.data) // 2
        zeros = self.safe if self.data.startswith(self.safe) else b""
        zeros += bytes(len(self.data) - len(zeros))
        return list(dict.fromkeys((self.safe, self.data, self.data[:half], zeros)))


@dataclass(eq=False)
class _Link:
    target: str


_Change = dict[str, "_Node | None"]


@dataclass(eq=False)
class _Folder:
    names: dict[str, _Node] = field(default_factory=dict)
    safe: dict[str, _Node] = field(default_factory=dict)
    pending: list[_Change] = field(default_factory=list)

    def change(self, change: _Change) -> None:
        self.pending.append(change)
        _apply(self.names, change)

    def sync(self) -> None:
        self.safe, self.pending = dict(self.names), []


_Node = _File | _Folder | _Link


class SimulatedDisk:
    """The disk below one folder, which is durable itself, and so is what is in it now."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._root = _Folder()
        if Path(base).is_dir():
            _load(self._root, Path(base))

    def apply(self, call: Call) -> bool:
        """Do what a call did; whether it was about this disk."""
        match call.name.removesuffix("at").removesuffix("at2").removesuffix("64"):
            case "open":
                return self._open(call)
            case "write" | "pwrite":
                return self._write(call)
            case "ftruncate":
                return self._truncate(call)
            case "fsync" | "fdatasync":
                return self._sync(call)
            case "syncfs":
                return self._sync_all()
            case "mkdir":
                return self._name(call.path(0), _Folder())
            case "symlink":
                return self._name(_at(call, 1), _Link(call.data(0).decode()))
            case "unlink" | "rmdir":
                return self._name(call.path(0), None)
            case "link":
                return self._name(call.path(2 if call.name != "link" else 1), self._find(call.path(0)))
            case "rename":
                return self._rename(call.path(0), call.path(2 if call.name != "rename" else 1))
            case _:
                raise NotImplementedError(call.name)

    def states(self, random: Random, limit: int) -> Iterator[Tree]:
        """The trees that a power cut now may leave: all of them, or `limit` at random."""
        folders, files = self._reachable()
        choices: list[list[int]] = [[0, 1] for folder in folders for _ in folder.pending]
        choices += [list(range(len(file.versions()))) for file in files]
        number = 1
        for choice in choices:
            number *= len(choice)
        picked = (
            itertools.product(*choices)
            if number <= limit
            else (tuple(random.choice(choice) for choice in choices) for _ in range(limit))
        )
        for pick in picked:
            yield self._tree(folders, files, list(pick))

    def _tree(self, folders: list[_Folder], files: list[_File], pick: list[int]) -> Tree:
        names: dict[_Folder, dict[str, _Node]] = {}
        for folder in folders:
            kept = [change for change in folder.pending if pick.pop(0)]
            names[folder] = dict(folder.safe)
            for change in kept:
                _apply(names[folder], change)
        versions = {file: file.versions()[pick.pop(0)] for file in files}
        return dict(_listed(self._root, "", names, versions))

    def _reachable(self) -> tuple[list[_Folder], list[_File]]:
        folders: dict[_Folder, None] = {}
        files: dict[_File, None] = {}
        waiting: list[_Node] = [self._root]
        while waiting:
            node = waiting.pop()
            if isinstance(node, _File):
                files[node] = None
            elif isinstance(node, _Folder) and node not in folders:
                folders[node] = None
                waiting += node.safe.values()
                waiting += [found for change in node.pending for found in change.values() if found is not None]
        return list(folders), list(files)

    def _open(self, call: Call) -> bool:
        path, flags = call.path(0), call.flags
        if "O_CREAT" in flags and self._inside(path) and self._find(path) is None:
            return self._name(path, _File())
        if "O_TRUNC" in flags and isinstance(file := self._find(path), _File):
            file.data = b""
            return True
        return False

    def _write(self, call: Call) -> bool:
        """Files are written from the beginning, or at the end; only pwrite says where."""
        if not isinstance(file := self._find(call.data(0).decode()), _File):
            return False
        data = call.data(1)
        offset = int(str(call.arguments[3])) if call.name == "pwrite64" else len(file.data)
        file.data = file.data[:offset].ljust(offset, b"\0") + data + file.data[offset + len(data) :]
        return True

    def _truncate(self, call: Call) -> bool:
        if not isinstance(file := self._find(call.data(0).decode()), _File):
            return False
        size = int(str(call.arguments[1]))
        file.data = file.data[:size].ljust(size, b"\0")
        return True

    def _sync(self, call: Call) -> bool:
        match self._find(call.data(0).decode()):
            case _File() as file:
                file.safe = file.data
            case _Folder() as folder:
                folder.sync()
            case _:
                return False
        return True

    def _sync_all(self) -> bool:
        folders, files = self._reachable()
        for folder in folders:
            folder.sync()
        for file in files:
            file.safe = file.data
        return True

    def _name(self, path: str, node: _Node | None) -> bool:
        if not self._inside(path):
            return False
        self._parent(path).change({posixpath.basename(path): node})
        return True

    def _rename(self, old: str, new: str) -> bool:
        if not self._inside(old):
            return False
        source, target, node = self._parent(old), self._parent(new), self._find(old)
        if source is target:
            source.change({posixpath.basename(old): None, posixpath.basename(new): node})
        else:
            source.change({posixpath.basename(old): None})
            target.change({posixpath.basename(new): node})
        return True

    def _inside(self, path: str) -> bool:
        return path.startswith(f"{self._base}/")

    def _parent(self, path: str) -> _Folder:
        parent = self._find(posixpath.dirname(path))
        if not isinstance(parent, _Folder):
            raise NotADirectoryError(path)
        return parent

    def _find(self, path: str) -> _Node | None:
        if path == self._base:
            return self._root
        if not self._inside(path):
            return None
        node: _Node | None = self._root
        for part in path.removeprefix(f"{self._base}/").split("/"):
            if not isinstance(node, _Folder):
                return None
            node = node.names.get(part)
        return node


def _load(folder: _Folder, path: Path) -> None:
    for found in path.iterdir():
        node: _Node
        if found.is_symlink():
            node = _Link(str(found.readlink()))
        elif found.is_dir():
            node = _Folder()
            _load(node, found)
        else:
            node = _File(found.read_bytes(), found.read_bytes())
        folder.names[found.name] = node
    folder.sync()


def _listed(
    folder: _Folder, base: str, names: Mapping[_Folder, Mapping[str, _Node]], versions: Mapping[_File, bytes]
) -> Iterator[tuple[str, bytes | str | None]]:
    for name, node in names[folder].items():
        path = f"{base}{name}"
        match node:
            case _File():
                yield path, versions[node]
            case _Link(target):
                yield path, target
            case _Folder():
                yield path, None
                yield from _listed(node, f"{path}/", names, versions)


def _apply(names: dict[str, _Node], change: _Change) -> None:
    for name, node in change.items():
        if node is None:
            names.pop(name, None)
        else:
            names[name] = node


def _at(call: Call, index: int) -> str:
    """The path of the name that a symlink call makes, whose first argument is the target."""
    return Call(call.name, call.arguments[index:]).path(0)


def write_tree(tree: Tree, folder: Path) -> None:
    """Write what the disk holds into an empty folder."""
    for path, content in tree.items():
        place = folder / path
        match content:
            case None:
                place.mkdir()
            case str():
                place.symlink_to(content)
            case bytes():
                place.write_bytes(content)
