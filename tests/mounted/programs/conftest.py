"""One mount for the cases of a module, and in it a new branch for each case."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chemigram_core.names import BranchName
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import Repository
from tests.mounted.conftest import Mounted, mount_repository
from tests.mounted.programs.contents import IMAGE, MASK_NAME, OLD_MASK, OLD_XMP
from tests.mounted.programs.desk import Desk
from tests.support.builders import picture

SETTLED_S = 2.5  # removed masks become a snapshot after two seconds


@dataclass(frozen=True, slots=True)
class Workshop:
    """The mount, and how many snapshots each case left on its branch."""

    mounted: Mounted
    snapshots: dict[Desk, int] = field(default_factory=dict)

    def new_desk(self, case: str, elsewhere: Path) -> Desk:
        """A branch of its own for a case, at the old state."""
        name = re.sub("[^a-z0-9]+", "-", case.casefold()).strip("-")
        branch = BranchName(f"{name}-{len(self.snapshots)}")
        folder = self.mounted.path / "heads" / branch
        folder.mkdir()
        return Desk(self.mounted.repository, branch, folder, elsewhere)

    def check_settled(self) -> None:
        """No case's snapshot may come when the case is long over."""
        time.sleep(SETTLED_S)
        late = {desk.branch for desk, snapshots in self.snapshots.items() if desk.snapshots() != snapshots}
        assert not late


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    folder = tmp_path_factory.mktemp("workshop")
    repository = Repository.init(folder / "repository", picture(folder / IMAGE))
    save_xmp(repository, BranchName("main"), OLD_XMP, mask_files={MASK_NAME: OLD_MASK})
    workshop = Workshop(mount_repository(repository.root, folder / "mnt"))
    yield workshop
    try:
        workshop.check_settled()
    finally:
        workshop.mounted.unmount()


@pytest.fixture
def desk(workshop: Workshop, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A new branch for one case."""
    desk = workshop.new_desk(request.node.name, tmp_path)
    workshop.snapshots[desk] = 0
    yield desk
    workshop.snapshots[desk] = desk.snapshots()
