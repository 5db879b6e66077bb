"""The repository of one image: its parts, and access to them (ADR-018). Knows no mounts and no command line.

Changes to a repository are made by `operations`; each holds the repository's lock while it reads and writes.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from chemigram_core.digest import Digest
from chemigram_core.durable.folder import Folder
from chemigram_core.durable.ownership import require_own
from chemigram_core.errors import HeadDetached, NoState, NotARepository, RefMissing
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.index import History
from chemigram_core.log.journal import OperationLog
from chemigram_core.masks.registry import Masks
from chemigram_core.masks.registry_file import RegistryFile
from chemigram_core.names import BranchName, RefName
from chemigram_core.refs import revision
from chemigram_core.refs.head import Detached, OnBranch
from chemigram_core.refs.refs import Refs
from chemigram_core.rejected import Rejected
from chemigram_core.states import State, States
from chemigram_core.store.objects import ObjectStore

if TYPE_CHECKING:
    from chemigram_core.image.raw_folder import Image, RawFolder

_PARTS = ("objects", "refs", "HEAD")

MAIN = BranchName("main")


class Repository:
    """The repository at `root`. Safe for many threads; other processes may work on it at the same time."""

    def __init__(self, root: Path) -> None:
        """Open a repository; nothing is written. Raises NotARepository."""
        if missing := missing_part(root):
            raise NotARepository(root, missing, is_damaged=has_most_parts(part_modes(str(root))))
        self.root = root
        self.objects = ObjectStore(root)
        self.log = OperationLog(root)
        self.history = History(self.log)
        self.refs = Refs(root, self.history.may_mention)
        self.registry = RegistryFile(root)
        self.rejected = Rejected(root)
        self.states = States(self.objects)

    @classmethod
    def init(cls, root: Path, image_file: Path | None = None) -> Repository:
        """Make a repository at `root`, or open the one there; `image_file` is linked into raw/.

        Raises UnusableImage, UnusableImageFile, OtherImage and ForeignRepository, before anything is made; OSError.
        """
        from chemigram_core.image.raw_link import require_image  # a reader needs none

        if root.is_dir():
            require_own(root)
        if image_file is not None:
            require_image(root, image_file)
        _make_durable(root.absolute())
        for parts in (("objects",), ("refs", "heads"), ("refs", "tags"), ("masks",)):
            with Folder.make_durable(root, *parts):
                pass
        _make_lock(root)
        if not os.path.lexists(root / "HEAD"):
            Refs(root).set_head(OnBranch(MAIN))
        if image_file is not None:
            _link(root, image_file)
        return cls(root)

    @cached_property
    def _raw(self) -> RawFolder:
        from chemigram_core.image.raw_folder import RawFolder  # most commands need no image

        return RawFolder(self.root)

    @property
    def image(self) -> Image | None:
        """The image that raw/ names, if it names one; it may not be there at the moment. Raises OSError."""
        return self._raw.image()

    def resolve(self, rev: str) -> Digest:
        """The snapshot that REV names. Raises UnknownRevision, AmbiguousRevision, NoState."""
        return revision.resolve(rev, self.refs, self.objects)

    def state(self, digest: Digest) -> State:
        """The state of a snapshot. Raises ObjectMissing, ObjectDamaged."""
        return self.states.read(digest)

    def head_branch(self) -> BranchName:
        """The branch that HEAD is on. Raises HeadDetached."""
        match self.refs.head():
            case OnBranch(branch):
                return branch
            case Detached():
                raise HeadDetached

    def head_masks(self) -> Masks:
        """The masks of HEAD's state; none where HEAD has no state yet. Raises StoreFailed."""
        try:
            return self.state(self.resolve("HEAD")).masks
        except NoState:
            return {}

    def branch_log(self, branch: BranchName) -> Iterator[LogEntry]:
        """The operations on a branch, newest first. Raises RefMissing at the end if there never were any."""
        entry = None
        for entry in self.log.of_ref(branch.ref):
            yield entry
        if entry is None and self.refs.head() != OnBranch(branch):
            raise RefMissing(branch.ref)

    def tip(self, ref: RefName) -> Digest:
        """The snapshot that a branch or tag points at. Raises RefMissing; NoState for HEAD's before its first save."""
        if (digest := self.refs.read(ref)) is not None:
            return digest
        is_heads = isinstance(ref, BranchName) and self.refs.head() == OnBranch(ref)
        raise NoState(ref.ref) if is_heads else RefMissing(ref.ref)


def missing_part(root: Path) -> str | None:
    """The missing part of a folder that is not a repository, or None. A symlink does not count as a part."""
    objects, refs, head = part_modes(str(root))
    parts = {"objects/": stat.S_ISDIR(objects), "refs/": stat.S_ISDIR(refs), "HEAD": stat.S_ISREG(head)}
    missing = next((part for part, is_there in parts.items() if not is_there), None)
    return missing and (f"{missing} is missing" if os.access(root, os.X_OK) else "not an accessible folder")


def part_modes(root: str, above: int | None = None) -> list[int]:
    """Type and bits of objects/, refs/ and HEAD, which make a folder a repository; 0 for a missing one.

    `root` is a path, relative to the open folder `above` if there is one. Called for each entry of a large folder.
    """
    modes = []
    for part in _PARTS:
        try:
            mode = os.stat(f"{root}/{part}", dir_fd=above, follow_symlinks=False).st_mode
        except (OSError, ValueError):
            mode = 0
        modes.append(mode)
    return modes


def has_most_parts(modes: list[int]) -> bool:
    """Whether a folder has two of a repository's three names, or all: whole or not, it is one."""
    return sum(map(bool, modes)) > 1


def _make_lock(root: Path) -> None:
    from chemigram_core.durable import lock  # a reader needs none

    if not os.path.lexists(root / lock.FILE_NAME):
        lock.create(root)


def _link(root: Path, image_file: Path) -> None:
    from chemigram_core.durable.lock import locked
    from chemigram_core.image.raw_link import link

    with locked(root):
        link(root, image_file)


def _make_durable(root: Path) -> None:
    """Make the folder of a new repository, and those above it that are missing, each durable in its parent."""
    if root.is_dir():
        return
    _make_durable(root.parent)
    root.mkdir()
    with Folder.enter(root.parent) as parent:
        parent.sync()
