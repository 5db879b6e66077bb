"""drawn/ of a state: the masks that are drawn in darktable, as pictures, and README.txt about them. Read-only.

Every state has it. Its content is computed when it is opened, and the sizes without rendering a picture.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from chemfs.tree.errors import NotFound
from chemfs.tree.nodes import Entry, File, Folder, Node, NodeKind
from chemfs.tree.open_files import BytesFile, Caching, OpenFile, Stat
from chemfs.tree.open_repository import Opened
from chemfs.tree.permissions import Permissions, of_folder, shared
from chemigram_core.darktable.drawn.frame import Raster
from chemigram_core.darktable.drawn.recipe import Recipe
from chemigram_core.digest import Digest
from chemigram_core.drawn_files.drawn_files import DrawnFiles
from chemigram_core.drawn_files.file_names import SHAPE_FOLDER
from chemigram_core.drawn_files.pictures import picture, picture_bytes
from chemigram_core.drawn_files.state import drawn_in
from chemigram_core.drawn_files.text import FILE_NAME, text_of
from chemigram_core.image.errors import ImageUnavailable
from chemigram_core.image.location import locate
from chemigram_core.layout import DRAWN_FOLDER
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind, StoredObject

DRAWN_ENTRY = Entry(DRAWN_FOLDER, NodeKind.FOLDER)


class DrawnFolder(Folder):
    """drawn/, or drawn/shapes/. Asks for its state each time, since the state of a branch changes."""

    __slots__ = ("_state", "folder", "opened")

    def __init__(self, opened: Opened, state: Callable[[], Digest], folder: str = "") -> None:
        """`folder` is the part of a path that leads here from drawn/, with a slash at the end."""
        self.opened = opened
        self._state = state
        self.folder = folder

    def stat(self) -> Stat:
        stored = self._stored()
        return Stat(0, stored.mtime_ns, *of_folder(stored.folder))

    def lookup(self, name: str) -> Node:
        path, state, files = self.folder + name, self._state(), self._files()
        if path == SHAPE_FOLDER and _has_shapes(files):
            return self.inner(f"{path}/")
        if path == FILE_NAME:
            return DrawnText(text_of(files).encode(), *self._about())
        if (recipe := files.pictures.get(path)) is not None and files.raster is not None:
            return DrawnPicture((state, path), recipe, files.raster, *self._about())
        raise NotFound(path)

    def entries(self) -> Iterable[Entry]:
        files = self._files()
        if not self.folder:
            yield Entry(FILE_NAME, NodeKind.FILE)
        for path in files.pictures:
            folder, _, name = path.rpartition("/")
            if folder == self.folder.rstrip("/"):
                yield Entry(name, NodeKind.FILE)
        if not self.folder and _has_shapes(files):
            yield Entry(SHAPE_FOLDER, NodeKind.FOLDER)

    def inner(self, folder: str) -> DrawnFolder:
        """The folder in it."""
        return DrawnFolder(self.opened, self._state, folder)

    def _files(self) -> DrawnFiles:
        return drawn_in(self.opened().repository, self._state())

    def _stored(self) -> StoredObject:
        return self.opened().repository.objects.info(self._state(), Kind.SNAPSHOT)

    def _about(self) -> tuple[int, Permissions]:
        return time_and_permissions(self.opened().repository, self._state())


class DrawnPicture(File):
    """A picture as it was looked up. The node stands for its pixels: an image of another size makes another node."""

    __slots__ = ("_mtime_ns", "_permissions", "_raster", "_recipe", "content")

    def __init__(
        self, place: Hashable, recipe: Recipe, raster: Raster, mtime_ns: int, permissions: Permissions
    ) -> None:
        """`place`: the state, and the path in it."""
        self.content: Hashable = (place, raster)
        self._recipe = recipe
        self._raster = raster
        self._mtime_ns = mtime_ns
        self._permissions = permissions

    def stat(self) -> Stat:
        return Stat(picture_bytes(self._raster), self._mtime_ns, *self._permissions)

    def open_to_read(self) -> OpenFile:
        return BytesFile(picture(self._recipe, self._raster), Caching.KEEP, self.stat())


class DrawnText(File):
    """README.txt as it was looked up."""

    __slots__ = ("_mtime_ns", "_permissions", "_text", "content")

    def __init__(self, text: bytes, mtime_ns: int, permissions: Permissions) -> None:
        self.content: Hashable = text
        self._text = text
        self._mtime_ns = mtime_ns
        self._permissions = permissions

    def stat(self) -> Stat:
        return Stat(len(self._text), self._mtime_ns, *self._permissions)

    def open_to_read(self) -> OpenFile:
        return BytesFile(self._text, Caching.KEEP, self.stat())


def _has_shapes(files: DrawnFiles) -> bool:
    return files.raster is not None and any(shape.recipe is not None for shape in files.shapes)


def time_and_permissions(repository: Repository, *states: Digest) -> tuple[int, Permissions]:
    """The time of the newest source of a file computed from drawn masks, and the permissions that all sources share."""
    stored = [repository.objects.info(state, Kind.SNAPSHOT) for state in states]
    sources, times_ns = [(one.status, one.folder) for one in stored], [one.mtime_ns for one in stored]
    if (image := repository.image) is not None:
        try:
            path, status = locate(image)
        except (ImageUnavailable, OSError):  # the text says so
            pass
        else:
            sources.append((status, path.rpartition("/")[0] or "/"))
            times_ns.append(status.st_mtime_ns)
    return max(times_ns), shared(str(repository.root), *sources)
