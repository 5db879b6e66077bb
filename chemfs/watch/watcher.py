"""Captures the edits of a shoot as they are written: one scan of the whole tree, then the kernel's events.

The tree is scanned again when anything may have been missed: the kernel dropped events, the shoot or the library
was unplugged, renamed or mounted again. A capture that fails is retried, and reported once. So the watch may end or be
killed at any moment: the next one finds what this one left.
"""

from __future__ import annotations

import select
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from pathlib import Path

from chemfs.watch.debounce import Debounce
from chemfs.watch.known_problems import KnownProblems, to_retry
from chemfs.watch.messages import Captured, Message, Notice
from chemfs.watch.notifications import Change, Closed, LimitReached, Lost, NewFolder, Notifications, Parts, Written
from chemfs.watch.presence import Presence, presence
from chemfs.watch.stop_signals import StopSignals
from chemfs.watch.walks import AT_ONCE, Walks
from chemigram_core.durable.lock import claimed
from chemigram_core.errors import ChemigramError, Refused, StoreFailed, shown
from chemigram_core.image.extensions import is_image
from chemigram_core.shoot.batch import Arrival
from chemigram_core.shoot.capture import capture, prepare
from chemigram_core.shoot.destination import Destination
from chemigram_core.shoot.file_names import SUFFIX
from chemigram_core.shoot.intake import Intake
from chemigram_core.shoot.report import Report
from chemigram_core.shoot.scan import ShootFolder, listed

_LOCK = ".watch.lock"  # in the shoot's folder of the library
_CHECK_SECONDS = 5.0  # between two looks whether the shoot and the library are still where they were
_PAUSE_SECONDS = 10.0  # after a capture that failed
_RETRY_SECONDS = 60.0  # before another look at what failed by itself, or can't be watched


class AlreadyWatched(Refused):
    """Another process watches the same shoot for the same library."""

    def __init__(self, place: Destination) -> None:
        super().__init__(f"another process already watches {shown(str(place.shoot))}; stop it first")


class Watcher:
    """The watch of one shoot. `say` is called with each report; `apart` gives folders to skip."""

    def __init__(
        self,
        place: Destination,
        say: Callable[[Message], None],
        apart: Callable[[], Collection[Path]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Makes the library if it is missing. Raises StoreFailed, OSError."""
        self._place, self._say, self._clock = place, say, clock
        self._debounce = Debounce[tuple[Parts, str]]()
        self._walks = Walks(place, apart, self._watch, self._settled)
        self._problems = KnownProblems()
        self._resources = ExitStack()
        self._notifications: Notifications | None = None  # while the shoot and the library are there
        self._presence: Presence | None = None
        self._trouble = ""  # why nothing can be captured, as last reported
        self._limit = ""  # why not everything can be watched, as last reported
        self._check_at = self._paused_until = clock()
        self._look_again_at = float("inf")
        prepare(place)

    def run(self, stop: StopSignals) -> None:
        """Watch until a signal comes; then capture the files that are due. Raises AlreadyWatched, LimitReached."""
        with self._resources:
            while not stop.is_set:
                self._wait(stop, self.step())
            self._hear(self._clock())
            while self._notifications is not None and (folders := self._due(self._clock())):
                self._capture(folders)

    def step(self) -> float:
        """Do the next piece of work; returns the seconds to wait before the next step if nothing happens."""
        now = self._clock()
        self._hear(now)
        if now >= min(self._check_at, self._look_again_at):
            self._check(now)
        if self._notifications is None:
            return self._check_at - now
        if now < self._paused_until:
            return min(self._paused_until, self._check_at) - now
        if folders := self._due(now) or self._walks.next_part():
            self._capture(folders)
            return 0.0
        return max(0.0, min(self._check_at, self._look_again_at, self._debounce.next_due()) - now)

    def _wait(self, stop: StopSignals, seconds: float) -> None:
        descriptors = [source.fileno() for source in (stop, self._notifications) if source is not None]
        select.select(descriptors, [], [], max(0.0, seconds))

    def _hear(self, now: float) -> None:
        for change in () if self._notifications is None else self._notifications.changes():
            self._note(change, now)

    def _note(self, change: Change, now: float) -> None:
        match change:
            case Lost():
                self._look_again_at = now
            case NewFolder(folder) if not folder[-1].startswith("."):
                self._walks.begin(folder)
            case Written(folder, name) if _is_ours(name):
                self._debounce.written((folder, name), now)
            case Closed(folder, name) if _is_ours(name):
                self._debounce.closed((folder, name), now)

    def _check(self, now: float) -> None:
        """Notice that the shoot or the library went away, came back or is another one, and that events were lost."""
        self._check_at = now + _CHECK_SECONDS
        found = presence(self._place)
        if isinstance(found, str):
            self.end()
            self._tell_trouble(f"{found}; waiting")
        elif self._notifications is None or found != self._presence or now >= self._look_again_at:
            try:
                self._begin(found)
            except (StoreFailed, OSError) as error:
                self.end()
                self._tell_trouble(f"can't watch: {_reason(error)}; trying again every {_CHECK_SECONDS:.0f} seconds")

    def _begin(self, found: Presence) -> None:
        """Watch again from the start, and scan everything."""
        self.end()
        try:
            self._resources.enter_context(claimed(self._place.folder, _LOCK))
        except BlockingIOError:
            raise AlreadyWatched(self._place) from None
        self._notifications = Notifications(self._place.shoot)
        self._resources.callback(self._notifications.close)
        self._presence, self._look_again_at = found, float("inf")
        self._walks.begin((), self._seen_all)

    def end(self) -> None:
        """Stop watching; changes not yet captured are found by the next scan."""
        self._resources.close()
        self._notifications = None
        self._walks.clear()
        self._debounce.clear()

    def _seen_all(self, images: int) -> None:
        self._say(Notice(f"watching {self._place.shoot}: {images} images"))

    def _watch(self, folder: Parts) -> None:
        if self._notifications is None:
            return
        try:
            self._notifications.add(folder)
        except LimitReached as error:
            self._look_again_at = self._clock() + _RETRY_SECONDS
            if not self._limit:
                self._limit = f"{error.strerror}; until then everything is scanned once a minute"
                self._say(Notice(self._limit))

    def _due(self, now: float) -> list[ShootFolder]:
        """The files that are due, in the current listings of their folders."""
        names = defaultdict[Parts, set[str]](set)
        for folder, name in self._debounce.take_due(now, AT_ONCE):
            names[folder].add(name)
        folders = [self._settled(listed(self._place.shoot, folder).only(found)) for folder, found in names.items()]
        return [folder for folder in folders if folder.images or folder.problems]

    def _settled(self, folder: ShootFolder) -> ShootFolder:
        """The same without the sidecars that are not due yet."""
        return folder.without({name for parts, name in self._debounce if parts == folder.parts})

    def _capture(self, folders: Sequence[ShootFolder]) -> None:
        captured, waiting = list[Captured](), set[str]()

        def saved(arrival: Arrival, intake: Intake) -> None:
            for each in intake.saved:
                sidecar = arrival.image.with_name(each.name)
                captured.append(Captured(sidecar, arrival.root, each.branch, each.digest))

        def waits(sidecar: Path) -> bool:
            *folder, name = sidecar.relative_to(self._place.shoot).parts
            if is_waiting := self._debounce.waits(((*folder,), name), self._clock()):
                waiting.add(str(sidecar))
            return is_waiting

        try:
            report = capture(self._place, folders, saved, waits)
        except (ChemigramError, OSError) as error:
            self._failed(error, folders)
        else:
            self._succeeded(report, folders, waiting)
        for each in captured:
            self._say(each)

    def _failed(self, error: ChemigramError | OSError, folders: Sequence[ShootFolder]) -> None:
        """Try the same images again later."""
        self._check(now := self._clock())
        self._paused_until = now + _PAUSE_SECONDS
        for folder in folders:
            for each in folder.images:
                self._debounce.retry((folder.parts, each.image), self._paused_until)
        if self._notifications is not None:
            again = f"trying again every {_PAUSE_SECONDS:.0f} seconds; the sidecars still have the edits"
            self._tell_trouble(f"can't save to {self._place.root}: {_reason(error)}; {again}")

    def _succeeded(self, report: Report, folders: Sequence[ShootFolder], waiting: Collection[str]) -> None:
        if self._trouble:
            self._trouble = ""
            self._say(Notice("saving again"))
        for problem in self._problems.new(report.problems, folders, waiting):
            self._say(problem)
        for folder, image in to_retry(report.problems, folders):
            self._debounce.retry((folder, image), self._clock() + _RETRY_SECONDS)

    def _tell_trouble(self, text: str) -> None:
        if text != self._trouble:
            self._trouble = text
            self._say(Notice(text))


def _reason(error: ChemigramError | OSError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _is_ours(name: str) -> bool:
    """Whether a file can be an image or a sidecar of one."""
    return not name.startswith(".") and (name.lower().endswith(SUFFIX) or is_image(name))
