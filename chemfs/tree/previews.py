"""previews/<branch>/<YYYY-MM-DD HH.MM.SS> <label or 12 digits>.jpg: the rendered states of a branch, oldest first.

Times are UTC. A file manager shows the history of an edit as a row of pictures. Only what is rendered is there.
index.html beside the branches is the gallery page of the image.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from chemfs.tree.errors import NotFound
from chemfs.tree.gallery_page import INDEX_FILE, PAGE_FILE, GalleryPage, index_page
from chemfs.tree.nodes import Entry, Folder, Node, NodeKind
from chemfs.tree.open_files import Stat
from chemfs.tree.open_repository import Opened
from chemfs.tree.picture_names import picture_names
from chemfs.tree.preview_file import preview_of
from chemigram_core.digest import Digest

_PAGES: Mapping[str, Callable[[Opened], Node]] = {INDEX_FILE: index_page, PAGE_FILE: GalleryPage}


class PreviewsFolder(Folder):
    """previews/, the pictures of a branch, or a folder of branches with longer names; one may be both of the last."""

    __slots__ = ("_name", "_opened")

    def __init__(self, opened: Opened, name: str = "") -> None:
        """`name` is the branch, or the start of longer names, without a slash at the end; empty for previews/."""
        self._opened = opened
        self._name = name

    def stat(self) -> Stat:
        days = self._opened().days.of_branch(self._name) if self._name else None
        time_ns = self._opened().repository.root.stat().st_mtime_ns if days is None else days.time_ns
        return Stat(0, time_ns, *self._opened().permissions("objects"))

    def lookup(self, name: str) -> Node:
        below = PreviewsFolder(self._opened, f"{self._name}/{name}".lstrip("/"))
        if below.is_there():
            return below
        if not self._name and name in _PAGES:
            return _PAGES[name](self._opened)
        day = name.partition(" ")[0]
        if (snapshot := self._pictures(day).get(name)) is None:
            raise NotFound(name)
        return preview_of(self._opened, snapshot)

    def entries(self) -> Iterable[Entry]:
        days = self._opened().days
        folders = days.below(f"{self._name}/" if self._name else "")
        if not self._name and INDEX_FILE not in folders:
            yield Entry(INDEX_FILE, NodeKind.FILE)
        yield from (Entry(name, NodeKind.FOLDER) for name in folders)
        if (own := days.of_branch(self._name) if self._name else None) is None:
            return
        pictures = {name: one for day in own.days for name, one in self._pictures(day).items()}
        shown = self._opened().preview_look.find_all(pictures.values())
        yield from (Entry(name, NodeKind.FILE) for name, one in pictures.items() if one in shown)

    def is_there(self) -> bool:
        """Whether a branch has that name, or one that begins with it."""
        days = self._opened().days
        return days.of_branch(self._name) is not None or bool(days.below(f"{self._name}/"))

    def _pictures(self, day: str) -> dict[str, Digest]:
        """The names of the pictures of a day, whether or not they are rendered."""
        days = self._opened().days.of_branch(self._name) if self._name else None
        states = {} if days is None else days.days.get(day, {})
        return picture_names(day, states, self._opened().repository.history.label)
