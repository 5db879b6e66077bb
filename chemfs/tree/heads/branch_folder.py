"""heads/<branch>/, the folder that takes writes: the tip's files, drafts over them, and other programs' files."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

from chemfs.tree import xattrs
from chemfs.tree.drawn import DRAWN_ENTRY
from chemfs.tree.errors import NotFound
from chemfs.tree.heads.branch import Branch
from chemfs.tree.heads.folder_nodes import Fixed, FolderOfFiles, Meaning
from chemfs.tree.heads.tracked import Parts, Sidecar, Xmp
from chemfs.tree.nodes import Entry, Folder, Node, NodeKind, Source, Xattrs
from chemfs.tree.open_files import Stat
from chemfs.tree.open_repository import Opened, OpenRepository
from chemfs.tree.preview_file import preview_of
from chemfs.tree.ref_folder import RefFolder
from chemfs.tree.state import MASKS_ENTRY, XMP_ENTRY
from chemigram_core.image.raw_folder import Image, is_near_sidecar
from chemigram_core.layout import DRAWN_FOLDER, MASK_FOLDER, PREVIEW_FILE, XMP_FILE
from chemigram_core.names import BranchName
from chemigram_core.refs.head import OnBranch

logger = logging.getLogger(__name__)


class BranchFolder(FolderOfFiles):
    """heads/<branch>/."""

    __slots__ = ("_name", "_opened")

    def __init__(self, opened: Opened, name: BranchName) -> None:
        self._opened = opened
        self._name = name

    def moved(self, folder: Folder, name: str) -> None:
        if isinstance(folder, RefFolder):
            self._name = BranchName(folder.prefix + name)

    def opened(self) -> OpenRepository:
        return self._opened()

    def branch(self) -> Branch:
        return self._opened().branches[self._name]

    def existing(self) -> Branch:
        branch, refs = self.branch(), self._opened().repository.refs  # the branch first: it may be renamed meanwhile
        if refs.read(self._name) is None and refs.head() != OnBranch(self._name):
            raise NotFound(self._name)
        return branch

    @property
    def sources(self) -> Sequence[Source]:
        return self._opened().sources(self._name)

    def parts(self) -> Parts:
        return ()

    def meaning(self, name: str) -> Meaning:
        if name == XMP_FILE:  # first: all other names have to read raw/
            return Xmp()
        if name == MASK_FOLDER:
            return Fixed.MASKS
        if name == DRAWN_FOLDER:
            return Fixed.DRAWN
        image = self._image()
        if image is not None and name == image.sidecar_name:
            return Sidecar()
        return Fixed.IMAGE if image is not None and name == image.name else (name,)

    def lookup(self, name: str) -> Node:
        """Also finds the preview of the tip, unless a program has a file of that name. It is not listed."""
        try:
            return super().lookup(name)
        except (NotFound, FileNotFoundError):
            if name != PREVIEW_FILE or (tip := self.existing().tip.digest()) is None:
                raise
            return preview_of(self._opened, tip)

    def check_new(self, name: str) -> None:
        """Log a name that users may take for the sidecar's; it is another program's file."""
        if is_near_sidecar(name, image := self._image()):
            sidecar_name = XMP_FILE if image is None else image.sidecar_name
            logger.warning("heads/%s/%s is kept, but not versioned: write %s", self._name, name, sidecar_name)

    def stat(self) -> Stat:
        opened = self._opened()
        position = opened.repository.refs.look(self._name)
        if position is None:
            self.existing()
        mtime_ns = opened.repository.root.stat().st_mtime_ns if position is None else position.moved_ns
        return Stat(0, mtime_ns, *opened.permissions())

    def entries(self) -> Iterable[Entry]:
        branch, image = self.existing(), self._image()
        if branch.tip.is_there(Xmp()):
            yield XMP_ENTRY
        if image is not None:
            if not branch.table.hides_image() and self._opened().image_look.is_there(image):
                yield Entry(image.name, NodeKind.FILE)
            if branch.tip.is_there(Sidecar()):
                yield Entry(image.sidecar_name, NodeKind.FILE)
        yield MASKS_ENTRY
        yield DRAWN_ENTRY
        taken = {
            XMP_FILE,
            MASK_FOLDER,
            DRAWN_FOLDER,
            *((image.name, image.sidecar_name) if image else ()),
        }  # since they were made
        yield from (entry for entry in self.scratch_entries() if entry.name not in taken)

    def xattrs(self) -> Xattrs:
        tip = self.existing().tip.digest()
        return {} if tip is None else xattrs.of_state(self.opened().repository, tip)

    def _image(self) -> Image | None:
        return self._opened().repository.image
