"""The whole tree below a mountpoint, with its background work: the interface for a front end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Thread

from chemfs.tree.background import Background
from chemfs.tree.errors import NotAFolder, NotFound
from chemfs.tree.library import repositories_at
from chemfs.tree.nodes import Folder, Node
from chemfs.tree.open_repository import OnChange, OpenRepository
from chemigram_core.repository import Repository


class Tree:
    """The tree of the repository or the library at `store`. Safe for many threads."""

    def __init__(
        self,
        store: Path,
        *,
        read_only: bool = False,
        for_darktable: bool = False,
        on_change: Callable[[Repository], None] | None = None,
    ) -> None:
        """A read-only tree writes nothing; one for darktable lists nothing but rolls.

        `on_change` is called before each change, by the thread that makes it.

        Raises NotALibrary for a folder that is neither.
        """
        self.store = store
        self._background = None if read_only else Background()
        changes = None if self._background is None else _both(self._background.watch, on_change)
        repositories = repositories_at(store, changes, for_darktable=for_darktable)
        self.root = repositories.top
        self._repositories = repositories

    def start(self) -> None:
        """Start background work, which first hands back what killed mounts left unsaved; log missing images."""
        Thread(target=self._repositories.log_missing_images, name="missing images", daemon=True).start()
        if self._background is not None:
            self._background.start(self._repositories.with_drafts)

    def stop(self) -> None:
        """Stop background work. Pending removals are committed now."""
        if self._background is not None:
            self._background.stop()


def _both(watch: OnChange, on_change: Callable[[Repository], None] | None) -> OnChange:
    if on_change is None:
        return watch

    def both(opened: OpenRepository) -> None:
        watch(opened)
        on_change(opened.repository)

    return both


def walk(node: Node, path: str) -> Node:
    """The node at a path below a node, looked up name by name. Raises NotFound, NotAFolder.

    No folder has the names `.` and `..`: a path must not lead out of the store.
    """
    for name in filter(None, path.split("/")):
        if name in (".", ".."):
            raise NotFound(name)
        if not isinstance(node, Folder):
            raise NotAFolder(name)
        node = node.lookup(name)
    return node
