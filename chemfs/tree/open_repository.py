"""One repository of a mount: the state that its nodes share. Knows no nodes.

Nodes live as long as the kernel remembers them, so they hold no repository, only a way to ask for it.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable

from chemfs.tree.computed_files import ComputedFiles
from chemfs.tree.days import Days
from chemfs.tree.errors import ReadOnly
from chemfs.tree.head_link import FreshLinks
from chemfs.tree.heads.branch import Branches
from chemfs.tree.image_look import ImageLook
from chemfs.tree.nodes import Source
from chemfs.tree.permissions import Permissions, of_folder
from chemfs.tree.preview_look import PreviewLook
from chemigram_core.image.raw_folder import FOLDER as RAW_FOLDER
from chemigram_core.log.journal import FILE_NAME as LOG_FILE
from chemigram_core.names import RefName
from chemigram_core.repository import Repository
from chemigram_core.roll.pending import quiet_before_ns
from chemigram_core.roll.save_number import commit_pending

OnChange = Callable[["OpenRepository"], None]


class OpenRepository:
    """A repository, its branches as this mount writes them, and its computed files. Safe for many threads."""

    def __init__(self, repository: Repository, on_change: OnChange | None) -> None:
        """`on_change` is called before every change; None: the mount is read-only."""
        self.repository = repository
        self.path = str(repository.root)
        self.branches = Branches(repository)
        self.links = FreshLinks()
        self.days = Days(repository)
        self.computed = ComputedFiles()
        self.image_look = ImageLook(repository)
        self.preview_look = PreviewLook(repository, self.image_look)
        self._on_change = on_change

    def check_writable(self) -> None:
        """Call before a change. Raises ReadOnly on a read-only mount."""
        if self._on_change is None:
            raise ReadOnly(self.repository.root.name)
        self._on_change(self)

    def time_ns(self) -> int:
        """When the repository last changed, according to the log, ns since 1970."""
        try:
            return os.lstat(f"{self.path}/{LOG_FILE}").st_mtime_ns
        except FileNotFoundError:
            return os.lstat(f"{self.path}/HEAD").st_mtime_ns

    def permissions(self, *below: str) -> Permissions:
        """Those of the repository's folder, or of one in it."""
        return of_folder("/".join((self.path, *below)))

    def sources(self, ref: RefName) -> tuple[Source, ...]:
        """What decides which files the state of a ref has: the ref, and which image raw/ names."""
        folder, _, name = ref.ref.rpartition("/")
        return Source(f"{self.path}/{folder}", name), Source(f"{self.path}/{RAW_FOLDER}", "")

    def commit_due(self, now: float) -> bool:
        """Save the removals and first states that are due at `now` (monotonic seconds); whether others wait."""
        waiting = [branch.commit_due_removals(now) for branch in self.branches.all()]
        before_ns = math.inf if now == math.inf else quiet_before_ns()
        return commit_pending(self.repository, before_ns) or any(waiting)


Opened = Callable[[], OpenRepository]
"""The way to ask for a repository: it is opened again where it was forgotten meanwhile."""
