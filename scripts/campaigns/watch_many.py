"""Watch of a large shoot: `size` images in folders of a thousand, each with a sidecar.

The first start takes all, the next one finds nothing new. Then a program edits, and rewrites a thousand sidecars
without an edit, as an import of darktable does: no edit may be missing, and nothing else may be captured.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from scripts.campaigns.report import Report
from tests.support.shoots import edit, image
from tests.support.watch import Watch

_IN_A_FOLDER = 1_000
_REWRITTEN = 1_000
_EDITS = 5
_IDLE_SECONDS = 5.0


def run(seed: int, size: int, folder: Path) -> Report:
    """Watch `size` images."""
    report = Report("watch_many", seed, size)
    place, library = folder / "photos", folder / "library"
    sidecars = [_image(place, number) for number in range(size)]
    report.counts["images"] = size
    for start in ("first start", "next start"):
        with _Measured(place, library, report) as measured:
            taken = measured.start(start)
            if (is_first := start == "first start") != bool(taken) or (is_first and len(taken) < size):
                report.violation(f"the {start} captured {len(taken)} of {size} sidecars")
            if not is_first:
                _edit(measured, sidecars, report)
    return report


def _image(place: Path, number: int) -> Path:
    folder = place / f"{number // _IN_A_FOLDER:03}"
    image(folder, f"{number}.NEF")
    return edit(folder, f"{number}.NEF.xmp", number)


def _edit(measured: _Measured, sidecars: list[Path], report: Report) -> None:
    edited = sidecars[:: max(1, len(sidecars) // _EDITS)]
    for number, path in enumerate(edited, start=1):
        edit(path.parent, path.name, len(sidecars) + number)
        measured.expect(f"a save ({number} of {len(edited)})", [path])
    rewritten = [path for path in sidecars if path not in edited][:_REWRITTEN]
    for path in rewritten:
        edit(path.parent, path.name, int(path.name.partition(".")[0]), timestamp=2)
    measured.expect(f"{len(rewritten)} rewritten", [])
    report.counts["rewritten"] = len(rewritten)
    measured.idle()


class _Measured:
    """A watch, and what it needs."""

    def __init__(self, place: Path, library: Path, report: Report) -> None:
        self._place, self._library, self._report = place, library, report

    def __enter__(self) -> _Measured:
        return self

    def __exit__(self, *_: object) -> None:
        self._watch.kill()

    def start(self, what: str) -> list[str]:
        """Start the watch; the lines of what it captured."""
        before = time.monotonic()
        self._watch = Watch(self._place, self._library)
        self._report.figures[what] = f"{time.monotonic() - before:.1f} s with {self._cpu_seconds():.1f} s of CPU"
        self._report.figures[f"{what}: memory"] = f"{self._memory_bytes() / 1e6:.0f} MB"
        self._report.figures[f"{what}: watches"] = str(self._watches())
        return [line for line in self._watch.before if ": branch " in line and "marker" not in line]

    def expect(self, what: str, edited: list[Path]) -> None:
        """Wait until the watch has seen everything; only these may have been captured."""
        self._timed(what, lambda: self._check(what, edited))

    def idle(self) -> None:
        """What an hour of nothing costs."""
        before = self._cpu_seconds()
        time.sleep(_IDLE_SECONDS)
        self._report.figures["idle"] = f"{(self._cpu_seconds() - before) / _IDLE_SECONDS * 3600:.0f} s of CPU an hour"

    def _check(self, what: str, edited: list[Path]) -> None:
        expected = [str(path.relative_to(self._place)) for path in edited]
        found = [line.partition(":")[0] for line in self._watch.catch_up()]
        if found != expected:
            self._report.violation(f"{what}: captured {found[:5]}, not {expected}")

    def _timed(self, what: str, work: Callable[[], None]) -> None:
        before, cpu = time.monotonic(), self._cpu_seconds()
        work()
        seconds, used = time.monotonic() - before, self._cpu_seconds() - cpu
        self._report.figures[what] = f"seen after {seconds:.1f} s with {used:.2f} s of CPU"

    def _watches(self) -> int:
        folder = Path(f"/proc/{self._watch.process_id}/fdinfo")
        return sum(text.count("inotify wd:") for text in map(Path.read_text, folder.iterdir()))

    def _memory_bytes(self) -> int:
        return int(Path(f"/proc/{self._watch.process_id}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def _cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self._watch.process_id}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
