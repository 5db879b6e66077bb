"""Branches, tags and HEAD: small files that hold an identifier. Knows no objects: who moves a ref checks the target.

Whoever changes one holds the repository's lock and says what was seen before (compare-and-swap).
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from chemigram_core.digest import Digest
from chemigram_core.durable.folder import Folder
from chemigram_core.errors import (
    InvalidDigest,
    InvalidName,
    RefConflict,
    RefDamaged,
    RefExists,
    RefMissing,
    RefMoved,
)
from chemigram_core.names import BranchName, RefName, TagName, folded, parse_ref
from chemigram_core.refs import ref_file
from chemigram_core.refs.head import Detached, Head, OnBranch

MAX_DEPTH = 500  # of folders: a name has 1,000 bytes at the most
_SYMBOLIC = "ref: refs/heads/"

_Name = TypeVar("_Name", bound=RefName)


class Refs:
    """The refs of one repository."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def head(self) -> Head:
        """Where HEAD stands. Raises RefDamaged."""
        if (text := ref_file.read(self._root, "HEAD")) is None:
            raise RefDamaged("HEAD", "it is not there")
        try:
            if text.startswith(_SYMBOLIC):
                return OnBranch(BranchName(text.removeprefix(_SYMBOLIC)))
            return Detached(Digest(text))
        except (InvalidDigest, InvalidName) as error:
            raise RefDamaged("HEAD", str(error)) from error

    def set_head(self, head: Head) -> None:
        """Move HEAD."""
        match head:
            case OnBranch(branch):
                text = f"ref: {branch.ref}"
            case Detached(digest):
                text = digest
        with Folder.enter(self._root) as folder:
            ref_file.put(folder, "HEAD", text)

    def read(self, name: RefName) -> Digest | None:
        """The snapshot that a branch or tag points at, or None. Raises RefDamaged."""
        text = ref_file.read(self._root, *name.ref.split("/"))
        try:
            return None if text is None else Digest(text)
        except InvalidDigest as error:
            raise RefDamaged(name.ref, str(error)) from error

    def moved_ns(self, name: RefName) -> int:
        """When the ref came to point where it points, ns since 1970. Raises RefMissing."""
        *folders, file = name.ref.split("/")
        try:
            with Folder.enter(self._root, *folders) as folder:
                return folder.stat(file).st_mtime_ns
        except (FileNotFoundError, NotADirectoryError) as error:
            raise RefMissing(name.ref) from error

    def branches(self) -> list[BranchName]:
        """All branches that have a snapshot, sorted."""
        return sorted(self._names(BranchName))

    def tags(self) -> list[TagName]:
        """All tags, sorted."""
        return sorted(self._names(TagName))

    def names_below(self, kind: type[RefName], prefix: str) -> Iterator[str]:
        """The next parts of the names that begin with `prefix`, which is empty or ends with a slash."""
        parts = tuple(prefix.split("/")[:-1])
        for text, mode in entries(self._root, *kind.namespace.split("/"), *parts):
            with suppress(InvalidName):
                kind(prefix + text)
                if stat.S_ISREG(mode) or any(True for _ in _names_below(self._root, kind, (*parts, text))):
                    yield text

    def targets(self) -> Iterator[Digest]:
        """What HEAD, when it is detached, and all files below refs/ point at, also those whose name breaks the rules.

        Raises RefDamaged for a ref that points nowhere.
        """
        return (digest for file in self.files() if (digest := self.target(file)) is not None)

    def files(self) -> Iterator[tuple[str, ...]]:
        """The paths of HEAD and of all files below refs/."""
        yield ("HEAD",)
        yield from _files_below(self._root, "refs")

    def target(self, file: tuple[str, ...]) -> Digest | None:
        """What one of `files` points at; None for HEAD on a branch and for what is no ref. Raises RefDamaged."""
        if file == ("HEAD",):
            head = self.head()
            return head.digest if isinstance(head, Detached) else None
        try:
            return self.read(parse_ref("/".join(file)))
        except InvalidName:
            with suppress(InvalidDigest):
                return Digest(ref_file.read(self._root, *file) or "")
        return None

    def create(self, name: RefName, digest: Digest) -> None:
        """Make a new ref. Raises RefExists, RefConflict."""
        self.check_free(name)
        *folders, file = name.ref.split("/")
        with Folder.make_durable(self._root, *folders) as folder:
            ref_file.clear(folder, file)
            ref_file.put(folder, file, digest)

    def move(self, name: BranchName, expected: Digest | None, digest: Digest) -> None:
        """Point a branch at `digest` if it still points at `expected` (None: isn't there). Raises RefMoved."""
        if self.read(name) != expected:
            raise RefMoved(name.ref)
        if expected is None:
            self.create(name, digest)
            return
        *folders, file = name.ref.split("/")
        with Folder.enter(self._root, *folders) as folder:
            ref_file.put(folder, file, digest)

    def sync(self, name: RefName) -> None:
        """Make durable where a ref points: who moved it may have been killed before that. Raises OSError."""
        *folders, _ = name.ref.split("/")
        with Folder.enter(self._root, *folders) as folder:
            folder.sync()

    def delete(self, name: RefName) -> None:
        """Remove a ref and the folders that it leaves empty. Raises RefMissing."""
        *folders, file = name.ref.split("/")
        try:
            with Folder.enter(self._root, *folders) as folder:
                ref_file.remove(folder, file)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise RefMissing(name.ref) from error
        self._prune(folders)

    def check_free(self, name: RefName) -> None:
        """Raises RefExists or RefConflict where `name` can't be made: equal, equal but for case, or inside another."""
        for other in self._names(type(name)):
            if other == name:
                raise RefExists(name.ref)
            if _clash(name.split("/"), other.split("/")):
                raise RefConflict(name.ref, other.ref)
        for inside in _files_below(self._root, *name.ref.split("/")):
            raise RefConflict(name.ref, "/".join(inside))  # no name of ours, but maybe all that points at a state

    def _names(self, kind: type[_Name]) -> Iterator[_Name]:
        return _names_below(self._root, kind, ())

    def _prune(self, folders: list[str]) -> None:
        with suppress(OSError):
            for depth in range(len(folders) - 1, 1, -1):
                with Folder.enter(self._root, *folders[:depth]) as parent:
                    parent.remove_folder(folders[depth])


def entries(root: Path, *parts: str) -> list[tuple[str, int]]:
    """The names in a folder, each with its mode."""
    found: list[tuple[str, int]] = []
    with suppress(FileNotFoundError, NotADirectoryError), Folder.enter(root, *parts) as folder:
        for name in folder.names():
            with suppress(FileNotFoundError):  # removed meanwhile
                found.append((name, folder.stat(name).st_mode))
    return found


def _names_below(root: Path, kind: type[_Name], parts: tuple[str, ...]) -> Iterator[_Name]:
    """The names that the folder holds; a name that breaks the rules is no ref, nor a part of one (fsck reports it)."""
    for text, mode in entries(root, *kind.namespace.split("/"), *parts):
        with suppress(InvalidName):
            name = kind("/".join((*parts, text)))
            if stat.S_ISREG(mode):
                yield name
            elif stat.S_ISDIR(mode):
                yield from _names_below(root, kind, (*parts, text))


def _files_below(root: Path, *folders: str) -> Iterator[tuple[str, ...]]:
    pending = [folders]
    while pending:
        parts = pending.pop()
        for name, mode in entries(root, *parts):
            if stat.S_ISREG(mode):
                yield (*parts, name)
            elif stat.S_ISDIR(mode) and len(parts) < MAX_DEPTH:
                pending.append((*parts, name))


def _clash(parts: list[str], others: list[str]) -> bool:
    """Whether two names can't both be paths: one ends inside the other, or a part differs in case or form alone."""
    for part, other in zip(parts, others, strict=False):
        if part != other:
            return folded(part) == folded(other)
    return True
