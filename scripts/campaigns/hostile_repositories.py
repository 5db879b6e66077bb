"""Hostile repositories: `size` of them, which somebody prepared, or changes while drafts are open.

Every verb runs on each and on its library; a mount is walked and saved to, in its roll, too, while a hostile folder of
photographs is imported and watched. All output goes to terminals. Nothing outside is read out, changed or removed; the
daemon lives and answers; no command shows a traceback or takes much; what was acknowledged can be read in the end;
where fsck finds no problem, every state can be read; and the repository beside it stays as it was.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from random import Random

from chemigram_core.digest import Digest
from chemigram_core.errors import ChemigramError
from chemigram_core.store.objects import Kind, ObjectStore
from scripts.campaigns import hostile_changes, hostile_verbs, hostile_victim
from scripts.campaigns.hostile_changes import Target
from scripts.campaigns.hostile_mount import HostileMount
from scripts.campaigns.hostile_shoot import HostileShoot
from scripts.campaigns.hostile_verbs import MOST_BYTES, Ran, ran
from scripts.campaigns.hostile_walk import Walk
from scripts.campaigns.outside import Outside
from scripts.campaigns.report import Report
from tests.support.builders import mask, sidecar

_MOST_CHANGES, _MOST_FILES = 4, 12
_TRACEBACK = "Traceback (most recent call last)"


def run(seed: int, size: int, folder: Path) -> Report:
    """Try `size` hostile repositories."""
    report = Report("hostile_repositories", seed, size)
    library = hostile_victim.healthy(folder / "healthy")
    for number in range(size):
        trial = Trial(library, folder / f"{number}", Random(f"{seed}-{number}"), report)
        trial.run(f"number {number}")
        shutil.rmtree(folder / f"{number}", ignore_errors=True)
    return report


class Trial:
    """One hostile repository: prepared, looked at by every verb, mounted, changed meanwhile, saved to, repaired."""

    def __init__(self, healthy: Path, folder: Path, random: Random, report: Report) -> None:
        self._shoot = hostile_victim.edited_shoot(healthy.parent / "shoot")
        self._library = hostile_victim.copy(healthy, folder / "library")
        self._root = hostile_victim.victim_in(self._library)
        self._folder = folder
        self._random = random
        self._report = report
        self._outside = Outside(folder / "outside")
        self._target = Target(self._root, self._outside, random)
        self._trust = ("--trust",) * random.randrange(2)  # it matters where the owner is another user
        self._changes: list[str] = []
        self._label = ""

    def run(self, label: str) -> None:
        """All of it."""
        self._label = label
        self._change(self._random.randrange(_MOST_CHANGES))
        is_whole = self._judge([ran(("fsck", str(self._root)), self._folder)]) == [0]
        self._judge(hostile_verbs.looks(self._root, self._folder))
        acknowledged = self._mounted(is_whole=is_whole)
        self._require_readable(acknowledged, "after the unmount")
        self._judge(hostile_verbs.changes(self._root, self._folder, self._shoot, self._inputs(), self._trust))
        self._require_readable(acknowledged, "after all")
        sibling = ran(("fsck", str(hostile_victim.sibling_in(self._library))), self._folder)
        if sibling.code:
            self._broken(f"the repository beside it: {sibling.output!r}")
        self._report.counts["repositories"] += 1

    def _change(self, count: int) -> None:
        """Change the repository; what is outside then has to stay."""
        self._require_outside("before a change")
        for _ in range(count):
            self._changes.append(hostile_changes.apply(self._target))
            self._report.counts["changes"] += 1
        self._outside.expect()

    def _judge(self, commands: Iterable[Ran]) -> list[int]:
        """The exit codes of commands; nothing outside may have changed after any."""
        codes = []
        for command in commands:
            words = " ".join(word.replace(str(self._folder), "") for word in command.words)
            for what in command.broken():
                self._broken(f"{words}: {what}")
            self._require_outside(words)
            self._report.counts["commands"] += 1
            codes.append(command.code)
        return codes

    def _mounted(self, *, is_whole: bool) -> list[Digest]:
        """Walk through a mount, and save; returns the acknowledged snapshots."""
        is_library = self._random.random() < 0.5
        place = self._folder / "mnt"
        mount = HostileMount(self._library if is_library else self._root, place, *self._trust)
        if mount.refusal is not None:
            self._refused(mount.refusal)
            return []
        top = place / self._root.relative_to(self._library) if is_library else place
        walk = Walk(mount, top, self._broken)
        try:
            self._walked(walk, is_whole=is_whole)
            self._require_living(mount)
        finally:
            if not mount.unmount():
                self._broken("the daemon did not end by itself")
        self._require_outside("the mount")
        if _TRACEBACK in mount.log:
            self._broken(f"a traceback in the daemon's log: {mount.log.partition(_TRACEBACK)[2][-600:]}")
        return walk.acknowledged

    def _walked(self, walk: Walk, *, is_whole: bool) -> None:
        walk.look()
        if is_whole and walk.unreadable:
            self._broken(f"fsck finds no problem, and yet {walk.unreadable[0]}")
        self._require_outside("a walk")
        walk.drafts(partial(self._change, self._random.randrange(3)))
        walk.save()
        self._photographs(walk.top)
        self._report.counts.update(walk.counts)
        self._report.counts["mounts"] += 1

    def _photographs(self, mounted: Path) -> None:
        """Bring in a hostile folder of photographs, by an import and a watch, and again when it has changed."""
        shoot = HostileShoot(self._folder / "photographs", self._outside, mounted, self._random)
        for _ in range(2):
            shoot.add(self._random.randrange(_MOST_FILES))
            self._outside.expect()
            self._judge(hostile_verbs.shoot_changes(shoot.folder, self._library, self._folder, self._trust))
        self._report.counts["shoots"] += 1

    def _require_living(self, mount: HostileMount) -> None:
        for what in mount.hung:
            self._broken(f"no answer: {what}")
        if not mount.is_alive():
            self._broken("the daemon has died")
        elif (peak := mount.peak_bytes()) > MOST_BYTES:
            self._broken(f"the daemon took {peak >> 20} MiB")

    def _refused(self, said: str) -> None:
        self._report.counts["mounts refused"] += 1
        if "Traceback" in said or "internal error" in said or not said.startswith(("3: chemfs: ", "4: chemfs: ")):
            self._broken(f"a mount that was refused said {said!r}")

    def _require_outside(self, when: str) -> None:
        for path in self._outside.changes():
            self._broken(f"{when}: changed {Path(path).relative_to(self._folder)}")
            self._outside.expect()

    def _require_readable(self, acknowledged: list[Digest], when: str) -> None:
        for digest in acknowledged:
            try:
                ObjectStore(self._root).read(digest, Kind.SNAPSHOT)
            except (ChemigramError, OSError) as error:
                self._broken(f"{when} the acknowledged {digest} is lost: {error}")

    def _inputs(self) -> tuple[Path, Path]:
        xmp, png = self._folder / "new.xmp", self._folder / "new.png"
        xmp.write_bytes(sidecar(900))
        png.write_bytes(mask(99))
        return xmp, png

    def _broken(self, what: str) -> None:
        self._report.violation(f"{self._about()}: {what}".replace(f"{self._folder}/", ""))

    def _about(self) -> str:
        return f"{self._label} [{'; '.join(self._changes)}]".replace(f"{self._root}/", "")
