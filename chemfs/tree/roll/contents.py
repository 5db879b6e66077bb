"""What a roll shows: the names of all its images and sidecars, from memory while no repository has changed.

darktable lists the whole roll once for each image that it imports. So a listing is answered from memory, and whether
something changed elsewhere is looked at once a second, by the times of folders alone.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from threading import Lock
from typing import NamedTuple

from chemfs.tree.nodes import Entry, NodeKind
from chemfs.tree.roll.images import RollImage, Source, Sources, Stamp, read_image, stamp_of, unless_recent
from chemigram_core.errors import ChemigramError
from chemigram_core.image.raw_folder import image_name
from chemigram_core.shoot.file_names import SUFFIX, owner_of, sidecar_name

_SECONDS = 1.0  # changes by others show within a second


class Named(NamedTuple):
    """What a name in a roll stands for: an image (no number), or one of its sidecars, which may be hidden or new."""

    image: RollImage
    number: int | None
    is_shown: bool = True


class Contents:
    """The names in one roll. Safe for many threads."""

    def __init__(self, sources: Callable[[], Sources], *, may_write: bool) -> None:
        """`sources` finds the repositories; new numbers are written down where that is allowed."""
        self._find_sources = sources
        self._may_write = may_write
        self._lock = Lock()  # of all that follows: one thread looks for changes, the others wait for what it finds
        self._looked = -math.inf  # when, in monotonic seconds
        self._sources = Sources(())
        self._stamp: Stamp = ()  # of the folders that the sources depend on
        self._images: dict[str, RollImage] = {}  # by the path of the repository
        self._named: dict[str, Named] = {}
        self._entries: list[Entry] = []
        self._changes = 0

    def find(self, name: str) -> Named | None:
        """The image or sidecar with that name, or None."""
        with self._lock:
            self._look()
            if (named := self._named.get(name)) is not None or not name.endswith(SUFFIX):
                return named
            image, number = owner_of(name.removesuffix(SUFFIX), self._named) or ("", 0)
            if (named := self._named.get(image)) is None or named.number is not None:
                return None
        return Named(named.image, number, is_shown=False) if sidecar_name(image, number) == name else None

    def is_taken(self, image: str, number: int) -> bool:
        """Whether the sidecar of an image with that number would be another image's."""
        name = sidecar_name(image, number)
        return name is not None and name.removesuffix(SUFFIX) in self._named

    def entries(self) -> Sequence[Entry]:
        """The names as a listing has them."""
        with self._lock:
            self._look()
            return self._entries

    @property
    def changes(self) -> int:
        """How often the names have changed."""
        with self._lock:
            self._look()
            return self._changes

    def changed(self, root: str) -> None:
        """This mount has changed the repository at `root`: read it again, and no other."""
        with self._lock:
            if (known := self._images.get(root)) is not None:
                names = _Names(self._sources.repositories, self._images)
                self._images[root] = self._read_one(known.source, known, names)
                self._show()

    def _look(self) -> None:
        if time.monotonic() - self._looked < _SECONDS:
            return
        is_same = bool(self._stamp) and self._stamp == stamp_of(self._sources.folders)
        if not is_same or not all(image.is_unchanged for image in self._images.values()):
            if not is_same:
                started_ns, self._sources = time.time_ns(), self._find_sources()
                self._stamp = unless_recent(started_ns, stamp_of(self._sources.folders))
            self._read()
        self._looked = time.monotonic()

    def _read(self) -> None:
        """Read the repositories that are new or have changed."""
        sources, before = self._sources.repositories, self._images
        names = _Names(sources, before)
        self._images = {source.root: self._image(source, before.get(source.root), names) for source in sources}
        self._show()

    def _show(self) -> None:
        named = _named(self._images.values())
        if named.keys() != self._named.keys():
            self._entries = [Entry(name, NodeKind.FILE) for name in named]
            self._changes += 1
        self._named = named

    def _image(self, source: Source, known: RollImage | None, names: _Names) -> RollImage:
        if known is not None and known.is_unchanged:
            return known
        return self._read_one(source, known, names)

    def _read_one(self, source: Source, known: RollImage | None, names: _Names) -> RollImage:
        return read_image(source, names.is_taken, known, may_write=self._may_write)


class _Names:
    """The names of all images of a roll, found out when a number is given: most images have all of theirs."""

    def __init__(self, sources: Sequence[Source], known: Mapping[str, RollImage]) -> None:
        self._sources, self._known = sources, known

    def is_taken(self, image: str, number: int) -> bool:
        """Whether the sidecar of an image with that number would be another image's."""
        name = sidecar_name(image, number)
        return name is not None and name.removesuffix(SUFFIX) in self._all

    @cached_property
    def _all(self) -> frozenset[str]:
        return frozenset(map(self._name, self._sources))

    def _name(self, source: Source) -> str:
        if (known := self._known.get(source.root)) is not None:
            return known.name
        try:
            return image_name(source.seen().root) or ""
        except (ChemigramError, OSError):
            return ""


def _named(images: Iterable[RollImage]) -> dict[str, Named]:
    """The names, sorted. Of two images with one name the first is shown, the one first whose repository has it too."""
    known: dict[str, Named] = {}
    shown = sorted(
        (image for image in images if image.name), key=lambda image: not image.source.root.endswith(f"/{image.name}")
    )
    for image in shown:
        known.setdefault(image.name, Named(image, None))
    for is_duplicate in (False, True):  # IMG_01.NEF.xmp is the sidecar of IMG_01.NEF, if there is that image
        for image in (image for image in shown if known[image.name].image is image):
            for name, number in image.sidecars.items():
                if bool(number) is is_duplicate:
                    known.setdefault(name, Named(image, number))
    return dict(sorted(known.items()))
