"""A state as a folder of files: image.xmp, masks/, the image and its sidecar. The same wherever a state is shown."""

from __future__ import annotations

import os
from collections.abc import Iterable

from chemfs.tree import xattrs
from chemfs.tree.errors import IsAFolder, NotFound
from chemfs.tree.nodes import Directory, Entry, File, Node, NodeKind
from chemfs.tree.open_files import Caching, FileHandle, Handle
from chemfs.tree.paths import (
    ImageFile,
    Inside,
    MaskFile,
    MaskFolder,
    OtherFile,
    SidecarFile,
    StateFolder,
    Tracked,
    XmpFile,
)
from chemfs.tree.xattrs import Attributes
from chemigram_core.digest import Digest
from chemigram_core.image import Image
from chemigram_core.layout import MASK_FOLDER, XMP_FILE
from chemigram_core.names import MaskName
from chemigram_core.repository import Repository
from chemigram_core.states import State
from chemigram_core.store.objects import Kind


class StateView:
    """The files of one state, to look at and to read.

    `mtime_ns` is the time of the XMP where it isn't the snapshot's own, as on a branch that came to it later.
    """

    def __init__(self, repository: Repository, digest: Digest, *, mtime_ns: int | None = None) -> None:
        self._repository = repository
        self._digest = digest
        self._mtime_ns = mtime_ns

    def node(self, place: Inside) -> Node:
        """What stands at `place`. Raises NotFound, StoreFailed."""
        match place:
            case StateFolder():
                return Directory(self.file(XmpFile()).mtime_ns, self.entries)
            case XmpFile() | SidecarFile() | MaskFile():
                return self.file(place)
            case MaskFolder() if self.masks():
                return Directory(self.file(XmpFile()).mtime_ns, self.mask_entries)
            case ImageFile():
                return image_node(self._repository.image)
            case _:
                raise NotFound(str(place))

    def open(self, place: Inside) -> Handle:
        """A handle to read a file. Raises NotFound, IsAFolder, StoreFailed, OSError."""
        match place:
            case XmpFile() | SidecarFile():
                return self._handle(self._digest, Kind.SNAPSHOT)
            case MaskFile(name):
                return self._handle(_named(self._repository.state(self._digest), name), Kind.MASK)
            case ImageFile():
                return open_image(self._repository.image)
            case StateFolder() | MaskFolder():
                raise IsAFolder(str(place))
            case OtherFile(parts):
                raise NotFound("/".join(parts))

    def file(self, target: Tracked) -> File:
        """A file of the state. Raises NotFound, ObjectMissing."""
        match target:
            case XmpFile() | SidecarFile():
                stored = self._repository.objects.info(self._digest, Kind.SNAPSHOT)
                mtime_ns = stored.mtime_ns if self._mtime_ns is None else self._mtime_ns
                return File(stored.size_bytes, mtime_ns, content=self._digest)
            case MaskFile(name):
                digest = _named(self._glance(), name)
                stored = self._repository.objects.info(digest, Kind.MASK)
                return File(stored.size_bytes, stored.mtime_ns, content=digest)

    def attributes(self, place: Inside) -> Attributes:
        """The extended attributes of what stands at `place`. Raises NotFound, RegistryDamaged."""
        match place:
            case StateFolder() | XmpFile() | SidecarFile():
                return xattrs.of_state(self._repository, self._digest)
            case MaskFile(name):
                return xattrs.of_mask(self._repository, _named(self._glance(), name))
            case _:
                self.node(place)
                return xattrs.NO_ATTRIBUTES

    def masks(self) -> Iterable[MaskName]:
        """The names of the masks."""
        return self._glance().masks

    def entries(self) -> Iterable[Entry]:
        """The names in the state's folder: the XMP first, so that a copy in this order saves it before the masks."""
        yield XMP_FILE, NodeKind.FILE
        yield from image_entries(self._repository.image)
        if self.masks():
            yield MASK_FOLDER, NodeKind.FOLDER

    def mask_entries(self) -> Iterable[Entry]:
        """The names in masks/."""
        return [(name.file_name, NodeKind.FILE) for name in self.masks()]

    def _handle(self, digest: Digest, kind: Kind) -> Handle:
        return FileHandle(self._repository.objects.open(digest, kind), Caching.KEEP, content=digest)

    def _glance(self) -> State:
        """The state for who only looks: walking a tree must not read every mask's state as carefully as opening one."""
        return self._repository.states.peek_unverified(self._digest)


def _named(state: State, name: MaskName) -> Digest:
    if (digest := state.masks.get(name)) is None:
        raise NotFound(name.file_name)
    return digest


def image_entries(image: Image | None) -> Iterable[Entry]:
    """The names that an image brings into each state: its own, and that of its sidecar."""
    return [] if image is None else [(image.name, NodeKind.FILE), (image.sidecar_name, NodeKind.FILE)]


def image_node(image: Image | None) -> File:
    """The image's file, passed through. Raises NotFound, OSError."""
    status = _there(image).path.stat()
    return File(status.st_size, status.st_mtime_ns)


def open_image(image: Image | None) -> Handle:
    """A handle to read the image. Raises NotFound, OSError."""
    return FileHandle(os.open(_there(image).path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), Caching.KEEP)


def _there(image: Image | None) -> Image:
    if image is None:
        raise NotFound("raw/")
    return image
