"""Saving in roll/ with the programs that save in a branch folder: the same must come of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from chemigram_core.digest import Digest
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.mounted.programs import test_copying, test_editors, test_metadata_tools, test_writers
from tests.mounted.programs.case import Case, table
from tests.mounted.programs.contents import ALIAS, IMAGE, MASK, MASK_NAME, OLD, OLD_MASK, OLD_XMP
from tests.mounted.programs.desk import Desk
from tests.mounted.programs.watching import Watch
from tests.support.builders import picture
from tests.support.daemon import Daemon

CASES = [
    *test_editors.EDITORS,
    *test_editors.IN_PLACE,
    *test_copying.COREUTILS,
    *test_copying.PATCHES,
    *test_copying.REDIRECTION,
    *test_copying.ATTRIBUTES,
    *test_copying.RSYNC,
    *test_copying.FILE_MANAGERS,
    *test_metadata_tools.EXIFTOOL,
    *test_metadata_tools.OTHERS,
    *test_writers.IN_PLACE,
    *test_writers.MAPPED,
    *test_writers.RENAMED,
    *test_writers.KILLED_WRITERS,
]


@dataclass(frozen=True, slots=True)
class RollDesk(Desk):
    """The roll of a folder with one image, whose sidecar number 0 is `branch`."""

    def check_content(self, case: Case, watch: Watch) -> None:
        content = (self.folder / case.file).read_bytes()
        assert content == case.shows
        assert Digest.of(content) == self.repository.tip(self.branch)
        assert not watch.troubles, watch.troubles
        assert watch.contents <= {OLD[case.file], content}, [len(seen) for seen in watch.contents]
        assert case.vanishes or not watch.was_gone

    def snapshots(self) -> int:
        """But for the first one, which was there before."""
        return Desk.snapshots(self) - 1

    def names(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()}


@dataclass(frozen=True, slots=True)
class Library:
    """A mounted library, with a folder for each case."""

    root: Path
    mountpoint: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def new_desk(self, elsewhere: Path) -> RollDesk:
        """A folder with one image at the old state."""
        name = f"{next(self._numbers)}"
        root = self.root / name / IMAGE
        root.parent.mkdir()
        repository = Repository.init(root, picture(elsewhere / IMAGE))
        save_xmp(repository, MAIN, OLD_XMP, mask_files={MASK_NAME: OLD_MASK})
        return RollDesk(repository, MAIN, self.mountpoint / name / "roll", elsewhere)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("library")
    (folder / "library").mkdir()
    (folder / "library" / "library.json").write_text('{\n"folders": {}\n}\n')
    daemon = Daemon(folder / "library", folder / "mnt")
    yield Library(folder / "library", folder / "mnt")
    daemon.unmount()


@table([replace(case, file=ALIAS) for case in CASES if case.file != MASK])
def test_saving_in_a_roll(case: Case, library: Library, tmp_path: Path) -> None:
    library.new_desk(tmp_path).check(case)
