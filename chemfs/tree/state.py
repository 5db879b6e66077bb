"""A state as a folder of files: image.xmp, masks/, the image and its sidecar. The same wherever a state is shown."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Hashable, Iterable, Mapping
from contextlib import suppress
from typing import ClassVar

from chemfs.tree import xattrs
from chemfs.tree.drawn import DRAWN_ENTRY, DrawnFolder
from chemfs.tree.errors import NotFound
from chemfs.tree.image_file import ImageFile
from chemfs.tree.nodes import Entry, File, Folder, Node, NodeKind, Xattrs
from chemfs.tree.objects import open_mask, open_snapshot
from chemfs.tree.open_files import OpenFile, Stat
from chemfs.tree.open_repository import Opened
from chemfs.tree.permissions import of_folder, read_only
from chemfs.tree.preview_file import preview_of
from chemigram_core.digest import Digest
from chemigram_core.errors import StoreFailed
from chemigram_core.layout import DRAWN_FOLDER, MASK_FOLDER, PREVIEW_FILE, XMP_FILE
from chemigram_core.names import MaskName
from chemigram_core.store.objects import Kind, StoredObject

XMP_ENTRY, MASKS_ENTRY = Entry(XMP_FILE, NodeKind.FILE), Entry(MASK_FOLDER, NodeKind.FOLDER)
_LOOKED_SECONDS = 1.0  # permissions may change
_FOR_EVER_SECONDS = 3600.0  # the kernel forgets unused entries much sooner


class StateFolder(Folder):
    """The folder of a read-only state. Subclasses say which state it is."""

    __slots__ = ("_opened", "_stored")
    seconds: ClassVar[float] = 1.0  # how long a kernel may cache a file of the state

    def __init__(self, opened: Opened, stored: StoredObject | None = None) -> None:
        """`stored` is the snapshot's object, if it has been looked at."""
        self._opened = opened
        self._stored = stored

    @abstractmethod
    def digest(self) -> Digest:
        """The snapshot. Raises NotFound."""

    def stat(self) -> Stat:
        stored = self.stored()
        return Stat(0, stored.mtime_ns, *of_folder(stored.folder))

    def lookup(self, name: str) -> Node:
        if name == XMP_FILE:  # first, because all other names have to read raw/
            return StoredFile(self._opened, self.stored(), self.seconds)
        if name == MASK_FOLDER and self.masks():
            return self.masks_folder()
        if name == DRAWN_FOLDER:
            return DrawnFolder(self._opened, self.digest)
        opened = self._opened()
        image = opened.repository.image
        if image is not None and name == image.sidecar_name:
            return StoredFile(self._opened, self.stored(), self.seconds)
        if image is not None and name == image.name:
            return ImageFile(opened.image_look, image)
        if name == PREVIEW_FILE:  # not listed: darktable takes each picture in a folder for an image of its own
            return preview_of(self._opened, self.digest())
        raise NotFound(name)

    def entries(self) -> Iterable[Entry]:
        opened, entries = self._opened(), [XMP_ENTRY]
        if (image := opened.repository.image) is not None:
            if opened.image_look.is_there(image):
                entries.append(Entry(image.name, NodeKind.FILE))
            entries.append(Entry(image.sidecar_name, NodeKind.FILE))
        return [*entries, MASKS_ENTRY, DRAWN_ENTRY] if self.masks() else [*entries, DRAWN_ENTRY]

    def xattrs(self) -> Xattrs:
        return xattrs.of_state(self._opened().repository, self.digest())

    def stored(self) -> StoredObject:
        """The snapshot's object. Raises NotFound, ObjectMissing."""
        digest = self.digest()
        if self._stored is None or self._stored.digest != digest:
            self._stored = self._opened().repository.objects.info(digest, Kind.SNAPSHOT)
        return self._stored

    def masks_folder(self) -> Folder:
        """masks/ of this state."""
        return MasksFolder(self)

    def masks(self) -> Mapping[MaskName, Digest]:
        """The masks that the XMP's note names, unverified: enough for names."""
        return self._opened().repository.states.peek_unverified(self.digest()).masks

    def mask(self, file_name: str) -> StoredFile:
        """The mask with that file name. Raises NotFound, ObjectMissing."""
        for name, digest in self.masks().items():
            if name.file_name == file_name:
                stored = self._opened().repository.objects.info(digest, Kind.MASK)
                return StoredMask(self._opened, stored, self.seconds, self.digest(), name)
        raise NotFound(file_name)


class MasksFolder(Folder):
    """masks/ of a state that has any."""

    __slots__ = ("_state",)

    def __init__(self, state: StateFolder) -> None:
        self._state = state

    def stat(self) -> Stat:
        return self._state.stat()

    def lookup(self, name: str) -> Node:
        return self._state.mask(name)

    def entries(self) -> Iterable[Entry]:
        return [Entry(name.file_name, NodeKind.FILE) for name in self._state.masks()]


class FixedMasksFolder(MasksFolder):
    """masks/ of a fixed state, which never gets another mask."""

    __slots__ = ()
    entry_seconds = stat_seconds = missing_seconds = _FOR_EVER_SECONDS

    @property
    def listed(self) -> Hashable:
        return self._state.digest()


class FixedState(StateFolder):
    """The folder of one state, which never changes: the kernel may cache its files for long."""

    __slots__ = ("content",)
    seconds = _FOR_EVER_SECONDS
    missing_seconds = 1.0  # an image with any name may be linked later

    def __init__(self, opened: Opened, digest: Digest, stored: StoredObject | None = None) -> None:
        super().__init__(opened, stored)
        self.content: Digest = digest

    @property
    def listed(self) -> Hashable:
        opened = self._opened()
        image = opened.repository.image
        return self.content, image, image is not None and opened.image_look.is_there(image)

    def digest(self) -> Digest:
        return self.content

    def stored(self) -> StoredObject:
        return self._stored or super().stored()

    def masks_folder(self) -> Folder:
        return FixedMasksFolder(self)


class StoredFile(File):
    """The XMP of a state. The node stands for its bytes, not for its name."""

    __slots__ = ("_looked_at", "_opened", "_stored", "content", "entry_seconds", "stat_seconds")

    def __init__(self, opened: Opened, stored: StoredObject, seconds: float) -> None:
        self._opened = opened
        self._stored = stored
        self.content: Digest = stored.digest
        self._looked_at = time.monotonic()
        self.entry_seconds = self.stat_seconds = seconds

    def stat(self) -> Stat:
        if time.monotonic() - self._looked_at > _LOOKED_SECONDS:
            self._look_again()
        stored = self._stored
        return Stat(stored.size_bytes, stored.mtime_ns, *read_only(stored.status, stored.folder))

    def _look_again(self) -> None:
        """Its permissions may have changed. One that has been collected stays readable where it is open."""
        with suppress(StoreFailed, OSError, NotFound):
            self._stored = self._opened().repository.objects.info(self.content, self._stored.kind)
        self._looked_at = time.monotonic()

    def open_to_read(self) -> OpenFile:
        return open_snapshot(self._opened().repository, self.content)

    def xattrs(self) -> Xattrs:
        return xattrs.of_state(self._opened().repository, self.content)


class StoredMask(StoredFile):
    """A mask of a state. Names come from the state's XMP, which is verified before a mask is opened."""

    __slots__ = ("_name", "_state")

    def __init__(self, opened: Opened, stored: StoredObject, seconds: float, state: Digest, name: MaskName) -> None:
        super().__init__(opened, stored, seconds)
        self._state = state
        self._name = name

    def open_to_read(self) -> OpenFile:
        return open_mask(self._opened().repository, self._state, self._name, self.content)

    def xattrs(self) -> Xattrs:
        return xattrs.of_mask(self._opened().repository, self.content)
