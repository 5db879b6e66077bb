"""Branches, tags and HEAD: small files that hold an identifier. Knows no objects: callers check the target of a ref.

A caller that changes one holds the repository's lock and passes the value that it read before (compare-and-swap).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from chemigram_core.digest import Digest
from chemigram_core.durable.file_cache import FileCache
from chemigram_core.durable.folder import Folder
from chemigram_core.errors import (
    InvalidDigest,
    InvalidName,
    RefDamaged,
    RefMissing,
    RefMoved,
)
from chemigram_core.names import BranchName, RefName, TagName, parse_ref
from chemigram_core.refs import ref_file, ref_tree
from chemigram_core.refs.head import Detached, Head, OnBranch

_SYMBOLIC = "ref: refs/heads/"
_SIZES_BYTES = range(64, 67)  # of a ref: an identifier, and the end of its line; any other is damaged or alien


class Position(NamedTuple):
    """The target of a ref, and since when, ns since 1970."""

    digest: Digest
    moved_ns: int


_POSITIONS: FileCache[Position] = FileCache(20_000)  # about 10 MB at the most
_HEADS: FileCache[Head] = FileCache(2_000)
_Look = Callable[[Path, list[str], FileCache[Position], Callable[[str, int], Position]], Position | None]


class Refs:
    """The refs of one repository.

    A file below refs/ whose content is not an identifier, and that is not in the log, is *alien*: another program's,
    like desktop.ini. It is ignored. A ref that is in the log is damaged.
    """

    def __init__(self, root: Path, may_mention: Callable[[str], bool] = lambda _: True) -> None:
        """`may_mention` says whether the log may name a ref; it is called for files that are not refs."""
        self._root = root
        self._path = str(root)
        self._may_mention = may_mention

    def head(self) -> Head:
        """The position of HEAD. Raises RefDamaged."""
        if (head := ref_file.look(self._root, ("HEAD",), _HEADS, lambda text, _: _parsed_head(text))) is None:
            raise RefDamaged("HEAD", "it is missing")
        return head

    def set_head(self, head: Head) -> None:
        """Move HEAD."""
        with Folder.enter(self._root) as folder:
            ref_file.write(folder, "HEAD", _head_text(head), before=ref_file.data(folder, "HEAD"))

    def look(self, name: RefName) -> Position | None:
        """The target of a branch or tag and since when, or None. Opens one file. Raises RefDamaged."""
        return self._position(name, ref_file.look)

    def _position(self, name: RefName, look: _Look) -> Position | None:
        try:
            return look(self._root, name.ref.split("/"), _POSITIONS, _parsed_position)
        except InvalidDigest as error:
            damage = RefDamaged(name.ref, str(error))
        except RefDamaged as error:
            damage = error
        if self._may_mention(name.ref):
            raise damage
        return None

    def read(self, name: RefName) -> Digest | None:
        """The snapshot that a branch or tag points at, or None. Raises RefDamaged."""
        return None if (position := self.look(name)) is None else position.digest

    def moved_ns(self, name: RefName) -> int:
        """When the ref got its target, ns since 1970. Raises RefMissing, RefDamaged."""
        if (position := self.look(name)) is None:
            raise RefMissing(name.ref)
        return position.moved_ns

    def branches(self) -> list[BranchName]:
        """All branches that have a snapshot, sorted."""
        return sorted(ref_tree.names(self._root, BranchName, self._is_ref))

    def tags(self) -> list[TagName]:
        """All tags, sorted."""
        return sorted(ref_tree.names(self._root, TagName, self._is_ref))

    def aliens(self) -> Iterator[str]:
        """The paths of alien files below refs/. Reads every ref."""
        for file in ref_tree.files_below(self._root, "refs"):
            with suppress(RefDamaged):
                if self.target(file) is None:
                    yield "/".join(file)

    def names_below(self, kind: type[RefName], prefix: str) -> Iterator[str]:
        """The next parts of the names that begin with `prefix`, which is empty or ends with a slash."""
        return ref_tree.names_below(self._root, kind, prefix, self._is_ref)

    def targets(self) -> Iterator[Digest]:
        """The targets of HEAD, if it is detached, and of all files below refs/, including those with invalid names.

        Raises RefDamaged for a ref that points nowhere.
        """
        return (digest for file in self.files() if (digest := self.target(file)) is not None)

    def files(self) -> Iterator[tuple[str, ...]]:
        """The paths of HEAD and of all files below refs/."""
        yield ("HEAD",)
        yield from ref_tree.files_below(self._root, "refs")

    def target(self, file: tuple[str, ...]) -> Digest | None:
        """The target of one of `files`; None for HEAD on a branch and for what is not a ref. Raises RefDamaged."""
        if file == ("HEAD",):
            head = self.head()
            return head.digest if isinstance(head, Detached) else None
        try:
            return self.read(parse_ref("/".join(file)))
        except InvalidName:
            with suppress(InvalidDigest, RefDamaged):
                position = ref_file.look(self._root, file, _POSITIONS, _parsed_position)
                return position.digest if position else None
        return None

    def create(self, name: RefName, digest: Digest) -> None:
        """Create a ref. Raises RefExists, RefConflict."""
        self.check_free(name)
        *folders, file = name.ref.split("/")
        with Folder.make_durable(self._root, *folders) as folder:
            ref_file.clear(folder, file)
            ref_file.write(folder, file, digest, before=None)

    @contextmanager
    def moving(self, name: BranchName, expected: Digest | None, digest: Digest) -> Iterator[Callable[[], None]]:
        """Prepare to point a branch at `digest`; the context gets a function that does it. Nothing moves unless it is
        called.

        `expected` is the target that the branch has, None if it does not exist. Raises RefMoved.
        """
        if self.read(name) != expected:
            raise RefMoved(name.ref)
        if expected is None:
            yield lambda: self.create(name, digest)
            return
        *folders, file = name.ref.split("/")
        with Folder.enter(self._root, *folders) as folder, folder.replacement(ref_file.content(digest)) as new:
            new.start()
            yield lambda: ref_file.put(folder, file, new, before=ref_file.content(expected))

    def sync(self, name: RefName) -> None:
        """Make a ref durable: the process that moved it may have been killed before it did. Raises OSError."""
        *folders, _ = name.ref.split("/")
        with Folder.enter(self._root, *folders) as folder:
            folder.sync()

    def delete(self, name: RefName) -> None:
        """Remove a ref and the folders that this leaves empty. Raises RefMissing."""
        *folders, file = name.ref.split("/")
        try:
            with Folder.enter(self._root, *folders) as folder:
                ref_file.remove(folder, file)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise RefMissing(name.ref) from error
        self._prune(folders)

    def check_free(self, name: RefName) -> None:
        """Raises RefExists or RefConflict if `name` is not free: equal, equal except for case, or inside another."""
        ref_tree.check_free(self._root, name)

    def _is_ref(self, name: RefName, status: os.stat_result) -> bool:
        """Whether a file with these attributes is a ref, damaged or not. Reads it once, if it has the size of a ref."""
        if status.st_size not in _SIZES_BYTES:
            return self._may_mention(name.ref)
        if _POSITIONS.recall(status, f"{self._path}/{name.namespace}/{name}") is not None:
            return True
        try:
            return self._position(name, ref_file.read) is not None
        except (RefDamaged, OSError):
            return True

    def _prune(self, folders: list[str]) -> None:
        with suppress(OSError):
            for depth in range(len(folders) - 1, 1, -1):
                with Folder.enter(self._root, *folders[:depth]) as parent:
                    parent.remove_folder(folders[depth])


def _parsed_position(text: str, moved_ns: int) -> Position:
    return Position(Digest(text), moved_ns)


def _parsed_head(text: str) -> Head:
    try:
        if text.startswith(_SYMBOLIC):
            return OnBranch(BranchName(text.removeprefix(_SYMBOLIC)))
        return Detached(Digest(text))
    except (InvalidDigest, InvalidName) as error:
        raise RefDamaged("HEAD", str(error)) from error


def _head_text(head: Head) -> str:
    match head:
        case OnBranch(branch):
            return f"ref: {branch.ref}"
        case Detached(digest):
            return digest
