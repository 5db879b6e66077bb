"""A branch folder where one program saves, and the judgement of what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chemigram_core.digest import Digest
from chemigram_core.log.operations import SNAPSHOT
from chemigram_core.masks.png.pixels import pixels_digest
from chemigram_core.names import BranchName
from chemigram_core.repository import Repository
from tests.mounted.programs.case import Case
from tests.mounted.programs.contents import ALIAS, MASK, MASK_NAME, OLD, XMP
from tests.mounted.programs.running import bring, prepare, run
from tests.mounted.programs.watching import Watch, watching


@dataclass(frozen=True, slots=True)
class Desk:
    """A new branch as `folder` of a mount, and a folder elsewhere."""

    repository: Repository
    branch: BranchName
    folder: Path
    elsewhere: Path

    def check(self, case: Case) -> None:
        """Let the case's program save here, watched; all that the case expects must have come, and nothing else."""
        bring(case, self.elsewhere)
        prepare(case, self.folder, self.elsewhere)
        names, refused, mtime_ns = self.names(), self.refused(), self.mtime_ns(case.file)
        with watching(self.folder / case.file) as watch:
            ended = run(case, self.folder, self.elsewhere)
        assert ended.status == case.status, ended.output
        self.check_content(case, watch)
        assert self.snapshots() == case.snapshots, ended.output
        assert self.names() - names == case.left_behind
        assert self.refused() - refused == case.rejected
        assert case.snapshots or self.mtime_ns(case.file) == mtime_ns

    def check_content(self, case: Case, watch: Watch) -> None:
        """The file shows what it must, in the mount and in the repository, and never showed a half of it."""
        content = (self.folder / case.file).read_bytes()
        assert content == case.shows or (case.file == MASK and same_pixels(content, case.shows))
        state = self.repository.state(self.repository.resolve(self.branch.ref))
        assert {name: Digest.of((self.folder / name).read_bytes()) for name in (XMP, ALIAS, MASK)} == {
            XMP: state.digest,
            ALIAS: state.digest,
            MASK: state.masks[MASK_NAME],
        }
        assert not watch.troubles, watch.troubles
        assert watch.contents <= {OLD[case.file], content}, [len(seen) for seen in watch.contents]
        assert case.vanishes or not watch.was_gone

    def names(self) -> set[str]:
        """The files of the branch folder and of masks/."""
        paths = [*self.folder.iterdir(), *(self.folder / "masks").iterdir()]
        return {str(path.relative_to(self.folder)) for path in paths}

    def snapshots(self) -> int:
        """How many saves on this branch became snapshots."""
        return sum(entry.op == SNAPSHOT and entry.ref == self.branch.ref for entry in self.repository.log.entries())

    def refused(self) -> int:
        return len(self.repository.rejected.all())

    def mtime_ns(self, file: str) -> int:
        return (self.folder / file).stat().st_mtime_ns


def same_pixels(one: bytes, other: bytes) -> bool:
    return pixels_digest(one) == pixels_digest(other)
