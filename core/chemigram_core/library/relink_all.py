"""Relinks the images of a library after the photographs were moved to another folder.

An image is looked up below that folder at its path in the library: 2026/wedding/DSC_1.NEF. If it is missing and not
there, it is looked up by its name, which must be unique in the library and in the folder: cameras count
from the beginning again, so a name alone says little.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chemigram_core.durable.mount_table import repository_mounts
from chemigram_core.errors import ChemigramError, Refused, shown
from chemigram_core.image.location import image_problem, locate, require_file
from chemigram_core.image.raw_folder import Image
from chemigram_core.library.members import Member
from chemigram_core.library_folders import original_name
from chemigram_core.operations.relink import relink
from chemigram_core.progress import Progress, silent
from chemigram_core.repository import Repository
from chemigram_core.shoot.scan import scan


class NoFolderOfImages(Refused):
    """The given folder of photographs is not a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"not a folder: {shown(str(folder))}; name the folder that holds the photographs now")


@dataclass(slots=True)
class RelinkReport:
    """What became of the images, by the paths of their repositories.

    relinked: with the files that they are now; unchanged: had a link to that file, or are in place and not in the
    folder; ambiguous: with the files of that name, and left as they were; missing: with the places of their links;
    problems: what kept one from being linked. A dry run only says what would become of them.
    """

    relinked: dict[str, Path] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)
    ambiguous: dict[str, list[Path]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether every image has been found."""
        return not (self.ambiguous or self.missing or self.problems)


def relink_all(
    found: Sequence[Member], folder: Path, *, dry_run: bool = False, progress: Progress = silent
) -> RelinkReport:
    """Link the images of a library to those below `folder`, whose path is kept as given. Reads no image.

    Skips chemfs mounts below it. Each link is replaced by itself, so a killed call can be repeated. Raises
    NoFolderOfImages, OSError.
    """
    if not folder.is_dir():
        raise NoFolderOfImages(folder)
    report = RelinkReport()
    images = _images(found, report)
    search = _Search(folder, Counter(image.name for _, image in images.values()))
    for number, (path, (repository, image)) in enumerate(images.items(), start=1):
        try:
            if (file := search.file(path, image, report)) is not None:
                require_file(file) if dry_run else relink(repository, file)
                report.relinked[path] = file
        except (ChemigramError, OSError) as error:
            report.problems[path] = str(error)
        progress("relinking", number, len(images))
    return report


def _images(found: Sequence[Member], report: RelinkReport) -> dict[str, tuple[Repository, Image]]:
    """The repositories that name an image, by their paths."""
    images: dict[str, tuple[Repository, Image]] = {}
    for member in found:
        try:
            if member.error is not None:
                raise member.error
            repository = Repository(member.root)
            if (image := repository.image) is not None:
                images[member.path] = repository, image
        except (ChemigramError, OSError) as error:
            report.problems[member.path] = str(error)
    return images


class _Search:
    """The images below a folder, found by their paths or by their names."""

    def __init__(self, folder: Path, counts: Mapping[str, int]) -> None:
        self._folder, self._counts = folder, counts
        self._by_name: defaultdict[str, list[Path]] = defaultdict(list)
        for inside in scan(folder, {*map(Path, repository_mounts().places())}):
            for names in inside.images:
                self._by_name[names.image].append(inside.path / names.image)

    def file(self, path: str, image: Image, report: RelinkReport) -> Path | None:
        """The new file for the image of the repository at `path`; or None, with the reason in the report."""
        *folders, _ = path.split("/")
        file = self._folder.joinpath(*map(original_name, folders), image.name)
        problem = image_problem(image)
        if not file.is_file():
            if problem is None:
                report.unchanged.append(path)
                return None
            return self._by_unique_name(path, image, report)
        if problem is None and os.path.samestat(locate(image).status, file.stat()):
            report.unchanged.append(path)
            return None
        return file

    def _by_unique_name(self, path: str, image: Image, report: RelinkReport) -> Path | None:
        files = self._by_name.get(image.name, [])
        if len(files) == 1 and self._counts[image.name] == 1:
            return files[0]
        if files:
            report.ambiguous[path] = files
        else:
            report.missing[path] = image.place
        return None
