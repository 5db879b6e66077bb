"""The previews of one repository. Files are replaced atomically, and shown if their bytes have the checksum in their
name.

Nothing is synced: after a power cut a file may be torn, and then it is not a preview. Files that others put into the
folder are ignored, and no link is followed.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from chemigram_core.digest import Digest
from chemigram_core.durable.file_cache import lasting_identity
from chemigram_core.durable.folder import Folder
from chemigram_core.durable.ownership import require_own
from chemigram_core.durable.replacement import temporary_name
from chemigram_core.durable.sync import Deferred, deferred
from chemigram_core.previews.preview_file import Preview, first_whole, is_whole, open_whole, present, status_of
from chemigram_core.previews.preview_name import PreviewName, Rendering, checksum

FOLDER = "previews"
MOST_BYTES = 512 << 20  # about 2,500 pictures of 1024 pixels; the oldest ones are removed

_MODE = 0o600  # it shows the image, and its permissions are not known here
_Listed = Mapping[Digest, Sequence[PreviewName]]


class Previews:
    """The previews of the repository at `root`. Safe for many threads; other processes may add and remove some."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: tuple[tuple[int, ...], _Listed] | None = None  # replaced as a whole: other threads read it

    def listed(self) -> _Listed:
        """The names of all previews by snapshot, not verified."""
        with present(), Folder.enter(self._root, FOLDER) as folder:
            return self._listed(folder)
        return {}

    def find(self, snapshot: Digest, image: str | None) -> Preview | None:
        """The largest whole preview of a snapshot; `image` as in `find_all`."""
        return self.find_all((snapshot,), image).get(snapshot)

    def find_all(self, snapshots: Iterable[Digest], image: str | None) -> dict[Digest, Preview]:
        """The largest whole preview of each snapshot that has one.

        `image` is the identity of the current image: a preview of another one is not returned. None: it is
        away, and any preview will do. A file that was read before is not opened again.
        """
        found = dict[Digest, Preview]()
        with present(), Folder.enter(self._root, FOLDER) as folder:
            listed = self._listed(folder)
            for snapshot in filter(listed.__contains__, snapshots):
                fitting = [name for name in listed[snapshot] if image in (None, name.rendering.image)]
                if one := first_whole(folder, sorted(fitting, key=_size, reverse=True)):
                    found[snapshot] = one
        return found

    def rendered(self, snapshot: Digest, rendering: Rendering) -> Preview | None:
        """The whole preview of a snapshot with that rendering."""
        with present(), Folder.enter(self._root, FOLDER) as folder:
            names = self._listed(folder).get(snapshot, ())
            return first_whole(folder, [name for name in names if name.rendering == rendering])
        return None

    def read_rendering(self, rendering: Rendering) -> bytes | None:
        """The bytes of a preview with that rendering, of any snapshot: of another one with the same edit."""
        with present(), Folder.enter(self._root, FOLDER) as folder:
            names = (name for names in self._listed(folder).values() for name in names if name.rendering == rendering)
            if (one := first_whole(folder, names)) and (descriptor := open_whole(folder, one.name)) is not None:
                with os.fdopen(descriptor, "rb") as file:
                    return file.read()
        return None

    def open(self, name: PreviewName) -> int | None:
        """A descriptor to read a preview; None if it is gone or its bytes are not those that were put."""
        with present(), Folder.enter(self._root, FOLDER) as folder:
            return open_whole(folder, name)
        return None

    def put(self, snapshot: Digest, rendering: Rendering, data: bytes) -> PreviewName:
        """Add a preview. Removes others of the same snapshot and rendering, and the oldest ones beyond the limit.

        Raises InvalidJpeg, ForeignRepository, OSError.
        """
        from chemigram_core.previews.jpeg import require_entire  # looking at previews decodes none

        require_entire(data)
        require_own(self._root)
        name = PreviewName(snapshot, rendering, checksum(data))
        with self._names_folder(), _unsynced(), Folder.make(self._root, FOLDER) as folder:
            folder.write(name.file_name, data, _MODE)
            for old in _in_the_way(folder, name):
                _remove(folder, old)
        return name

    def prepare(self) -> None:
        """Check that previews can be put, before one is rendered. Raises ForeignRepository, OSError."""
        require_own(self._root)
        probe = temporary_name()
        with self._names_folder(), _unsynced(), Folder.make(self._root, FOLDER) as folder:
            folder.write(probe, b"", _MODE)
            folder.remove(probe)

    def unneeded(self, has: Callable[[Digest], bool], image: str | None) -> list[Preview]:
        """Those that are not shown: of deleted snapshots, of a replaced image, older ones, torn ones.

        `has` says whether a snapshot stays, `image` is as in `find_all`.
        """
        with present(), Folder.enter(self._root, FOLDER) as folder:
            listed = self._listed(folder).items()
            return [
                one for snapshot, names in listed for one in _not_shown(folder, names, image, is_kept=has(snapshot))
            ]
        return []

    def remove(self, previews: Iterable[Preview]) -> list[Preview]:
        """Remove them, and return those that were there. Raises ForeignRepository, OSError."""
        require_own(self._root)
        with present(), Folder.enter(self._root, FOLDER) as folder:
            return [one for one in previews if _remove(folder, one.name.file_name)]
        return []

    @contextmanager
    def _names_folder(self) -> Iterator[None]:
        """Let errors name the folder, not a temporary file in it."""
        try:
            yield
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self._root / FOLDER)) from error

    def _listed(self, folder: Folder) -> _Listed:
        """The names in the open folder, which is listed again only when it has changed."""
        now_ns = time.time_ns()
        identity, known = lasting_identity(os.fstat(folder.descriptor), now_ns), self._known
        if known is not None and known[0] == identity:
            return known[1]
        listed = _by_snapshot(folder)
        if identity is not None:
            self._known = identity, listed
        return listed


@contextmanager
def _unsynced() -> Iterator[None]:
    before = deferred.set(Deferred.EVERYTHING)
    try:
        yield
    finally:
        deferred.reset(before)


def _by_snapshot(folder: Folder) -> _Listed:
    found = defaultdict[Digest, list[PreviewName]](list)
    for file_name in folder.names():
        if (name := PreviewName.parse(file_name)) is not None:
            found[name.snapshot].append(name)
    return found


def _not_shown(folder: Folder, names: Sequence[PreviewName], image: str | None, *, is_kept: bool) -> list[Preview]:
    """The previews of one snapshot but for the newest of each size."""
    found = [one for name in names if (one := status_of(folder, name)) is not None]
    shown = dict[int, Preview]()
    for one in sorted(found, key=_time_ns) if is_kept else ():
        if image in (None, one.name.rendering.image) and is_whole(folder, one):
            shown[one.name.rendering.size_pixels] = one
    return [one for one in found if one not in shown.values()]


def _in_the_way(folder: Folder, new: PreviewName) -> Iterator[str]:
    """The previews that a new one replaces, and the oldest ones beyond the bound."""
    rest, new_name = list[tuple[int, int, str]](), new.file_name
    for file_name in folder.names():
        name = PreviewName.parse(file_name)
        if name is not None and file_name != new_name and name[:2] == new[:2]:
            yield file_name
        elif name is not None and file_name != new_name:
            with suppress(FileNotFoundError):
                status = folder.stat(file_name)
                rest.append((status.st_mtime_ns, status.st_size, file_name))
    room_bytes = MOST_BYTES - folder.stat(new_name).st_size - sum(size_bytes for _, size_bytes, _ in rest)
    for _, size_bytes, file_name in sorted(rest):
        if room_bytes >= 0:
            return
        room_bytes += size_bytes
        yield file_name


def _remove(folder: Folder, file_name: str) -> bool:
    with suppress(FileNotFoundError):
        os.unlink(file_name, dir_fd=folder.descriptor)
        return True
    return False


def _size(name: PreviewName) -> int:
    return name.rendering.size_pixels


def _time_ns(preview: Preview) -> int:
    return preview.status.st_mtime_ns
