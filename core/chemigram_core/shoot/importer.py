"""Imports a shoot into a library: every image with its sidecars. Run again, it takes only what has changed since.

The shoot is not written, and only its names and sidecars are read; the images are linked.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from stat import S_ISDIR

from chemigram_core.durable.folder import Folder
from chemigram_core.durable.lock import locked
from chemigram_core.errors import ChemigramError
from chemigram_core.folder_kind import FolderKind, kind_of
from chemigram_core.image.errors import ImageUnavailable, UnusableImage, UnusableImageFile
from chemigram_core.image.location import locate, require_file
from chemigram_core.image.raw_folder import Image, find
from chemigram_core.image.raw_link import require_usable
from chemigram_core.library_file import remember_shoot
from chemigram_core.library_folders import stored_name
from chemigram_core.operations.batch import is_of_one
from chemigram_core.progress import Progress, silent
from chemigram_core.repository import Repository
from chemigram_core.shoot.batch import Arrival, Done, clear_leftovers, take_in
from chemigram_core.shoot.destination import Destination, destination
from chemigram_core.shoot.file_names import ImageNames
from chemigram_core.shoot.intake import Intake, decide, summary
from chemigram_core.shoot.problem import Kind, Problem
from chemigram_core.shoot.report import Report
from chemigram_core.shoot.scan import ShootFolder, scan
from chemigram_core.shoot.sidecar_file import Sidecar, UnusableSidecar, parse_file, read_file
from chemigram_core.shoot.source_file import Source, read_sources

_BATCH = 100  # images whose changes become durable together: about 10 MB of sidecars
_TASK = "importing"
_BY = "import"  # in the log

Waits = Callable[[Path], bool]
"""Whether a sidecar that may be unfinished is left for now."""


def import_shoot(
    shoot: Path,
    library: Path,
    *,
    apart: Collection[Path] = (),
    dry_run: bool = False,
    progress: Progress = silent,
) -> Report:
    """Import a folder of photographs into a library, or what has changed since the last time.

    `apart` are folders in the shoot to skip. A dry run writes nothing. Raises UnusableShoot,
    UnusableLibrary, ARepository, StoreFailed; OSError if the disk fails, with everything before kept.
    """
    place = destination(shoot, library)
    with ExitStack() as stack:
        if not dry_run:
            stack.enter_context(established(place))  # one import at a time
        importer = Importer(place, _BY, dry_run=dry_run)
        importer.run(list(scan(place.shoot, {*apart, place.root})), progress)
    return importer.report


@contextmanager
def established(place: Destination) -> Iterator[None]:
    """Hold the lock of the library, which is created if it is missing and records the path of the shoot."""
    with locked(_made(place.root)):
        remember_shoot(place.root, place.key, place.shoot.resolve())
        yield


def _made(root: Path) -> Path:
    """The folder of a new library, made durable with those above it."""
    if not root.is_dir():
        with Folder.make(_made(root.parent), root.name):
            pass
    return root


def _is_plain_folder(place: Path) -> bool:
    return S_ISDIR(place.lstat().st_mode) and kind_of(str(place)) is FolderKind.OTHER


def _is_lost(image: Image) -> bool:
    """Whether the link leads to no file: then the image that was found in the shoot is the one."""
    try:
        locate(image)
    except ImageUnavailable:
        return image.is_followed
    except OSError:  # it exists, for users with the permission to look
        pass
    return False


class Importer:
    """Takes in folders of a shoot, for the holder of the library's lock.

    `saved` is called with each image done. `waits` is asked about a sidecar that may be unfinished, and is left if so.
    """

    def __init__(
        self,
        place: Destination,
        by: str,
        *,
        dry_run: bool = False,
        saved: Done = lambda *_: None,
        waits: Waits = lambda _: False,
    ) -> None:
        self._by, self._saved, self._waits = by, saved, waits
        self.report = Report(place.shoot, place.folder, is_dry_run=dry_run)
        self._place = place
        self._batch: list[Arrival] = []
        self._device = 0

    def run(self, folders: Sequence[ShootFolder], progress: Progress = silent) -> None:
        """Take in all folders. Raises OSError if the disk fails, with everything before kept."""
        total, done = sum(len(folder.images) for folder in folders), 0
        for folder in folders:
            self.report.problems += folder.problems
            for names in self._images(folder):
                self._look_at(folder, names)
                done += 1
                progress(_TASK, done, total)
        self._flush()

    def _images(self, folder: ShootFolder) -> list[ImageNames]:
        """The images of a folder, if it can have a folder in the library, which is made."""
        if not folder.images:
            return []
        parts = (*self._place.parts, *map(stored_name, folder.parts))
        for end in range(1, len(parts) + 1):
            place = self._place.root.joinpath(*parts[:end])
            if os.path.lexists(place) and not _is_plain_folder(place):
                self.report.problems.append(Problem(Kind.IN_THE_WAY, str(place), "not a folder of a library"))
                return []
        try:
            self._prepare(parts)
        except PermissionError as error:
            self._failed(self._place.root.joinpath(*parts), Kind.NOT_SAVED, error)
            return []
        return folder.images

    def _prepare(self, parts: tuple[str, ...]) -> None:
        """Make a folder of the library, without what a killed import left in it."""
        if not self.report.is_dry_run:
            with Folder.make(self._place.root, *parts):
                pass
            clear_leftovers(self._place.root.joinpath(*parts))

    def _look_at(self, folder: ShootFolder, names: ImageNames) -> None:
        """Count an image, and put it into the batch if it is new or has changed."""
        self.report.images += 1
        root = self._place.root.joinpath(*self._place.parts, *map(stored_name, folder.parts), names.image)
        try:
            arrival = self._arrival(folder.path, names, root)
        except UnusableImage as error:
            self._failed(folder.path / names.image, Kind.UNUSABLE_NAME, error)
        except UnusableImageFile as error:
            self._failed(folder.path / names.image, Kind.INSIDE_MOUNT, error)
        except (ChemigramError, OSError) as error:
            if not is_of_one(error):
                raise
            self._failed(root, Kind.NOT_SAVED, error)
        else:
            if arrival is not None:
                self._add(arrival)

    def _arrival(self, folder: Path, names: ImageNames, root: Path) -> Arrival | None:
        image = folder / names.image
        require_usable(names.image)
        require_file(image)
        match kind_of(str(root)):
            case FolderKind.REPOSITORY:
                return self._changes(folder, names, root)
            case FolderKind.OTHER if not root.exists() and not root.is_symlink():
                sidecars = list(self._sidecars(folder, names, {}))
                return Arrival(root, image, self._place.as_given(image), sidecars, self._by, is_new=True)
        self.report.problems.append(Problem(Kind.IN_THE_WAY, str(root), "not the repository of an image"))
        return None

    def _changes(self, folder: Path, names: ImageNames, root: Path) -> Arrival | None:
        """The changes since an image was last taken, or None."""
        present = find(root)
        if present is not None and present.name != names.image:
            says = f"{root} is the repository of {present.name}: this disk does not distinguish the names"
            self.report.problems.append(Problem(Kind.OTHER_IMAGE, str(folder / names.image), says))
            return None
        sidecars = list(self._sidecars(folder, names, read_sources(root)))
        is_lost = present is None or _is_lost(present)
        if not sidecars and not is_lost:
            return None
        image = folder / names.image
        link = self._place.as_given(image)
        return Arrival(root, image, link, sidecars, self._by, is_new=False, links_again=is_lost)

    def _sidecars(self, folder: Path, names: ImageNames, sources: dict[str, Source]) -> Iterator[Sidecar]:
        """The sidecars of an image whose bytes are not those that were taken last, and that are finished."""
        for number, name in names.sidecars.items():
            source, path = sources.get(name), folder / name
            try:
                file = read_file(path, number)
                if source is not None and source.sha256 == file.sha256:
                    self.report.unchanged += 1
                elif (sidecar := parse_file(file)).has_history or source is not None or not self._waits(path):
                    yield sidecar
            except UnusableSidecar as error:
                if not os.path.lexists(path) or (error.kind is Kind.BROKEN and self._waits(path)):
                    continue  # removed since the folder was listed, or not yet written to its end
                self.report.problems.append(Problem(error.kind, str(path), str(error)))

    def _add(self, arrival: Arrival) -> None:
        if self.report.is_dry_run:
            self._done(arrival, self._would_take(arrival))
            return
        device = (arrival.root.parent if arrival.is_new else arrival.root).stat().st_dev
        if device != self._device or len(self._batch) == _BATCH:
            self._flush()
        self._device = device
        self._batch.append(arrival)

    def _would_take(self, arrival: Arrival) -> Intake:
        if arrival.is_new:
            return Intake(states=len(arrival.sidecars), branches=len(arrival.sidecars))
        return summary(decide(Repository(arrival.root), read_sources(arrival.root), arrival.sidecars))

    def _flush(self) -> None:
        if self._batch:
            first = self._batch[0]
            place = first.root.parent if first.is_new else first.root
            take_in(place, self._batch, self._done, lambda each, error: self._failed(each.root, Kind.NOT_SAVED, error))
            self._batch = []

    def _done(self, arrival: Arrival, intake: Intake) -> None:
        self.report.new_images += arrival.is_new
        self.report.add(intake, arrival.image.parent)
        self._saved(arrival, intake)

    def _failed(self, path: Path, kind: Kind, error: ChemigramError | OSError) -> None:
        says = f"{error.strerror}: {error.filename}" if isinstance(error, OSError) else str(error)
        self.report.problems.append(Problem(kind, str(path), says))
