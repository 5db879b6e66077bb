"""roll/ as a folder: a flat list of images with their sidecars, as darktable opens it as one film roll.

What is written under a sidecar's name is a save on the branch that has the number. Any other file is another program's.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Hashable, Iterable

from chemfs.tree.errors import NotAFolder, NotFound, NotPermitted, OtherBranch
from chemfs.tree.heads.draft import check_size
from chemfs.tree.heads.tracked import Parts, Xmp
from chemfs.tree.nodes import Entry, Folder, Node
from chemfs.tree.open_files import OpenFile, Stat
from chemfs.tree.permissions import of_folder
from chemfs.tree.roll.contents import Contents, Named
from chemfs.tree.roll.file_nodes import BranchSidecar, PendingSidecar, RollImageFile, RollSidecar
from chemfs.tree.roll.image_place import ImagePlace
from chemfs.tree.roll.real_files import RealFile, RealFolder
from chemfs.tree.roll.real_writer import RealWriter, RollScratch

NAME = "roll"


class RollFolder(RealFolder):
    """roll/."""

    __slots__ = ("_contents", "_time_ns")
    entry_seconds = stat_seconds = 1.0  # always there; each look at a file in it would ask for it first

    def __init__(
        self, contents: Contents, scratch: RollScratch, time_ns: Callable[[], int], to_write: Callable[[], None]
    ) -> None:
        """`to_write` raises ReadOnly on a read-only mount."""
        super().__init__(scratch, (), to_write)
        self._contents = contents
        self._time_ns = time_ns

    @property
    def listed(self) -> Hashable | None:
        return None if any(True for _ in self._others()) else self._contents.changes

    def stat(self) -> Stat:
        return Stat(0, self._time_ns(), *of_folder(str(self.scratch.path(()))))

    def set_mode(self, mode: int) -> None:
        self.to_write()

    def set_times(self, times_ns: tuple[int, int]) -> None:
        self.to_write()

    def lookup(self, name: str) -> Node:
        try:
            return self._lookup(name)
        except (NotFound, FileNotFoundError):
            if (named := self._contents.find(name)) is None or not named.is_shown:
                raise
            self._contents.changed(named.image.source.root)  # its branch was renamed, or got its first state
            return self._lookup(name)

    def _lookup(self, name: str) -> Node:
        if (named := self._contents.find(name)) is None:
            return super().lookup(name)
        if not named.is_shown:
            raise NotFound(name)
        place = ImagePlace(self._contents, named.image)
        if named.number is None:
            return RollImageFile(place)
        if (time_ns := named.image.pending.get(named.number)) is not None:
            return PendingSidecar(place, named.number, time_ns)
        return BranchSidecar(place, named.number, named.image.numbers[named.number])

    def entries(self) -> Iterable[Entry]:
        yield from self._contents.entries()
        yield from self._others()

    def _others(self) -> Iterable[Entry]:
        """Other programs' files. Their folder is opened only where there is one: mostly there isn't."""
        return super().entries() if self.scratch.path(()).exists() else ()

    def create(self, name: str, flags: int, mode: int) -> OpenFile:
        if (named := self._contents.find(name)) is None:
            return super().create(name, flags, mode)
        place, number = self._place(named), _number(named)
        if number in named.image.numbers and not named.is_shown:
            place.unhide(number)  # so that its writer finds it, and a save that is refused shows the branch again
        return place.open_to_write(number, flags | os.O_CREAT, bytes)

    def make_folder(self, name: str, mode: int) -> None:
        self._require_other(name)
        super().make_folder(name, mode)

    def make_link(self, name: str, target: str) -> None:
        self._require_other(name)
        super().make_link(name, target)

    def remove(self, name: str) -> None:
        """Remove a file. A sidecar is hidden until something is saved on its branch; an image can't be removed."""
        if (named := self._contents.find(name)) is None:
            super().remove(name)
        else:
            self.lookup(name)
            self._place(named).hide(_number(named))

    def remove_folder(self, name: str) -> None:
        if self._contents.find(name) is not None:
            raise NotAFolder(name)
        super().remove_folder(name)

    def link(self, name: str, node: Node) -> None:
        """Give a file a second name: on a sidecar's name it is a save, and a sidecar gets a copy beside it."""
        self.to_write()
        if isinstance(node, RealFile) and self._contents.find(name) is not None:
            self.scratch.check_whole(node.parts)
            self.receive_data(name, self._data(node.parts))
            return
        self._require_other(name)
        if isinstance(node, RollSidecar):
            self.scratch.write((name,), node.shown())
        else:
            super().link(name, node)

    def rename(self, name: str, folder: Folder, new_name: str) -> None:
        """Rename; onto a sidecar's name it is a save. Raises the reason if the bytes are not a valid save."""
        if (named := self._contents.find(name)) is None:
            super().rename(name, folder, new_name)
            return
        node = self.lookup(name)
        if not isinstance(folder, RealFolder) or folder.scratch is not self.scratch:
            raise OtherBranch(new_name)
        if not isinstance(node, RollSidecar):
            raise NotPermitted(name)
        folder.receive_data(new_name, node.shown())
        self._place(named).hide(node.number)

    def receive(self, old: Parts, name: str) -> None:
        """Rename a file of another program to a name in here."""
        if (named := self._contents.find(name)) is None:
            super().receive(old, name)
            return
        self.scratch.check_whole(old)
        if (writer := self.scratch.writer(old)) is None:
            self.receive_data(name, self._data(old))
        else:
            self._hand_over(writer, named)
        self.scratch.remove(old)

    def _hand_over(self, writer: RealWriter, named: Named) -> None:
        """Let a program that still has the file open go on, as a writer of a sidecar."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        sidecar = self._place(named).open_to_write(_number(named), flags, bytes)
        try:
            writer.becomes(sidecar)
        except BaseException:
            sidecar.release()
            raise

    def receive_data(self, name: str, data: bytes) -> None:
        """Make a file with these bytes in here."""
        if (named := self._contents.find(name)) is None:
            super().receive_data(name, data)
        else:
            self._place(named).save(_number(named), data)

    def _data(self, parts: Parts) -> bytes:
        status = self.scratch.stat(parts)
        if not stat.S_ISREG(status.st_mode):
            raise NotPermitted("/".join(parts))
        check_size(Xmp(), status.st_size)
        with os.fdopen(self.scratch.open(parts, os.O_RDONLY), "rb") as file:
            return file.read()

    def _place(self, named: Named) -> ImagePlace:
        return ImagePlace(self._contents, named.image)

    def _require_other(self, name: str) -> None:
        """Raises NotPermitted for the name of an image or a sidecar."""
        if self._contents.find(name) is not None:
            raise NotPermitted(name)


def _number(named: Named) -> int:
    """The number of a sidecar's name. Raises NotPermitted for an image."""
    if named.number is None:
        raise NotPermitted(named.image.name)
    return named.number
