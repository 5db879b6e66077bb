"""Branches, tags and HEAD: small files that hold an identifier. Knows no objects: who moves a ref checks the target.

Whoever changes one holds the repository's lock and says what was seen before (compare-and-swap).
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from chemigram_core.digest import Digest
from chemigram_core.errors import (
    InvalidDigest,
    InvalidName,
    NotAFile,
    RefConflict,
    RefDamaged,
    RefExists,
    RefMissing,
    RefMoved,
)
from chemigram_core.folder import Folder
from chemigram_core.names import BranchName, RefName, TagName, folded

_LIMIT_BYTES = 2048  # a ref is 65 bytes, HEAD a little more than the longest branch name
_SYMBOLIC = "ref: refs/heads/"


@dataclass(frozen=True, slots=True)
class OnBranch:
    """HEAD stands on a branch, which may have no snapshot yet."""

    branch: BranchName


@dataclass(frozen=True, slots=True)
class Detached:
    """HEAD stands on a snapshot."""

    digest: Digest


Head = OnBranch | Detached

_Name = TypeVar("_Name", bound=RefName)


class Refs:
    """The refs of one repository."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def head(self) -> Head:
        """Where HEAD stands. Raises RefDamaged."""
        text = self._read((), "HEAD")
        try:
            if text is not None and text.startswith(_SYMBOLIC):
                return OnBranch(BranchName.parse(text.removeprefix(_SYMBOLIC)))
            return Detached(Digest.parse(text or ""))
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
            folder.write("HEAD", f"{text}\n".encode())

    def read(self, name: RefName) -> Digest | None:
        """The snapshot that a branch or tag points at, or None. Raises RefDamaged."""
        *folders, file = name.ref.split("/")
        text = self._read(tuple(folders), file)
        try:
            return None if text is None else Digest.parse(text)
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

    def create(self, name: RefName, digest: Digest) -> None:
        """Make a new ref. Raises RefExists, RefConflict."""
        self.check_free(name)
        self._write(name, digest)

    def move(self, name: BranchName, expected: Digest | None, digest: Digest) -> None:
        """Point a branch at `digest` if it still points at `expected` (None: isn't there). Raises RefMoved."""
        if self.read(name) != expected:
            raise RefMoved(name.ref)
        if expected is None:
            self.check_free(name)
        self._write(name, digest)

    def delete(self, name: RefName) -> None:
        """Remove a ref and the folders that it leaves empty. Raises RefMissing."""
        *folders, file = name.ref.split("/")
        try:
            with Folder.enter(self._root, *folders) as folder:
                folder.remove(file)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise RefMissing(name.ref) from error
        self._prune(folders)

    def check_free(self, name: RefName) -> None:
        """Raises RefExists or RefConflict where `name` can't be made: equal, equal but for case, or inside another."""
        wanted = folded(name)
        for other in self._names(type(name)):
            if other == name:
                raise RefExists(name.ref)
            there = folded(other)
            if there == wanted or there.startswith(wanted + "/") or wanted.startswith(there + "/"):
                raise RefConflict(name.ref, other.ref)

    def _write(self, name: RefName, digest: Digest) -> None:
        *folders, file = name.ref.split("/")
        with Folder.make(self._root, *folders) as folder:
            folder.write(file, f"{digest}\n".encode())

    def _read(self, folders: tuple[str, ...], file: str) -> str | None:
        try:
            with Folder.enter(self._root, *folders) as folder:
                return folder.read(file, _LIMIT_BYTES).decode("ascii", "replace").strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except NotAFile as error:
            with suppress(FileNotFoundError, NotADirectoryError), Folder.enter(self._root, *folders, file):
                return None  # the folder of longer names
            raise RefDamaged("/".join((*folders, file)), str(error)) from error

    def _names(self, kind: type[_Name]) -> Iterator[_Name]:
        return _names_below(self._root, kind, ())

    def _prune(self, folders: list[str]) -> None:
        with suppress(OSError):
            for depth in range(len(folders) - 1, 1, -1):
                with Folder.enter(self._root, *folders[:depth]) as parent:
                    parent.remove_folder(folders[depth])


def _names_below(root: Path, kind: type[_Name], parts: tuple[str, ...]) -> Iterator[_Name]:
    """The names that the folder holds; a name that breaks the rules is no ref (fsck reports it)."""
    with (
        suppress(FileNotFoundError, NotADirectoryError),
        Folder.enter(root, *kind.namespace.split("/"), *parts) as folder,
    ):
        for name in folder.names():
            mode = folder.stat(name).st_mode
            if stat.S_ISDIR(mode):
                yield from _names_below(root, kind, (*parts, name))
            elif stat.S_ISREG(mode):
                with suppress(InvalidName):
                    yield kind.parse("/".join((*parts, name)))
