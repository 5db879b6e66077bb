"""A library for programs: operations on all its repositories. Plain strings and paths in, typed values out."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from chemigram_core.api.repository import Repository, StrPath
from chemigram_core.durable.mount_table import repository_mounts
from chemigram_core.errors import NotARepository
from chemigram_core.folder_kind import require_library
from chemigram_core.library.members import Member, members
from chemigram_core.library.relink_all import RelinkReport, relink_all
from chemigram_core.library.tag_all import TagReport, matching, tag_all
from chemigram_core.names import TagName
from chemigram_core.shoot import importer
from chemigram_core.shoot.report import Report
from chemigram_core.status.image_status import ImageStatus, damage, image_status


def import_shoot(shoot: StrPath, library: StrPath, *, dry_run: bool = False) -> Report:
    """Import a folder of photographs with their sidecars into a library, or what has changed since the last time.

    The library is created if it is missing; the shoot is only read. A dry run writes nothing. Raises UnusableShoot,
    UnusableLibrary, ARepository.
    """
    apart = {*map(Path, repository_mounts().places())}
    return importer.import_shoot(Path(shoot), Path(library), apart=apart, dry_run=dry_run)


class Library:
    """A library, or a folder of one. Caches nothing: each method reads the disk.

    Repositories are named by their paths below the folder, with slashes. Every method may raise OSError.
    """

    def __init__(self, path: StrPath) -> None:
        """The library at `path`; nothing is written. Raises NotALibrary, ARepository."""
        self.path = Path(path)
        require_library(self.path)

    def repositories(self) -> dict[str, Repository]:
        """The repositories by their paths. One that can't be opened is left out: `status` reports it."""
        found = {}
        for member in members(self.path):
            with suppress(NotARepository):
                found[member.path] = Repository(member.root)
        return found

    def status(self) -> dict[str, ImageStatus]:
        """The status of each image, and what needs attention; a damaged repository has a status, too."""
        return {member.path: _status(member) for member in members(self.path)}

    def tag(self, name: str, rev: str = "HEAD", *, only: str | None = None) -> TagReport:
        """Tag a state of each image, or of none if one can't be tagged: then the report has `problems`.

        `only` is a shell pattern of names or paths. Raises InvalidName, NoImageMatches; UnknownRevision if no image has
        that state.
        """
        found = members(self.path)
        return tag_all(found if only is None else matching(found, only), TagName(name), rev)

    def relink(self, folder: StrPath, *, dry_run: bool = False) -> RelinkReport:
        """Record that the photographs are below `folder` from now on; its path is kept as given.

        Each is looked up at its path in the library, and a missing one then by its name, if that is unique on both
        sides. A dry run writes nothing. Raises NoFolderOfImages.
        """
        return relink_all(members(self.path), Path(folder), dry_run=dry_run)


def _status(member: Member) -> ImageStatus:
    if member.error is not None:
        return ImageStatus(attention=[damage(member.error)])
    return image_status(member.root)
