"""A watch of a small shoot whose clock stands still until a test moves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chemfs.watch.messages import Captured, Message, Notice
from chemfs.watch.watcher import Watcher
from chemigram_core.shoot.destination import destination
from chemigram_core.shoot.problem import Problem
from tests.support.shoots import shoot


class Watch:
    """A watcher and its output."""

    def __init__(self, source: Path, library: Path) -> None:
        self.source, self.library = source, library
        self.now = 1000.0
        self.said: list[Message] = []
        self.watcher = Watcher(destination(source, library), self.said.append, lambda: (), lambda: self.now)

    def work(self) -> None:
        """Do everything that is due now."""
        while self.watcher.step() <= 0:
            pass

    def after(self, seconds: float) -> None:
        """Let time pass, then do everything that is due."""
        self.work()
        self.now += seconds
        self.work()

    def take(self) -> list[str]:
        """The sidecars that were captured since the last call, in order."""
        captured = [
            each.sidecar.relative_to(self.source).as_posix() for each in self.said if isinstance(each, Captured)
        ]
        self.said[:] = [each for each in self.said if not isinstance(each, Captured)]
        return captured

    def notices(self) -> list[str]:
        return [each.text for each in self.said if isinstance(each, Notice)]

    def problems(self) -> list[str]:
        return [f"{Path(each.path).name}: {each.kind.value}" for each in self.said if isinstance(each, Problem)]

    def end(self) -> None:
        """As if it were killed."""
        self.watcher.end()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return shoot(tmp_path / "wedding")


@pytest.fixture
def start(source: Path, tmp_path: Path) -> Iterator[Callable[[], Watch]]:
    """Starts a watch that has scanned everything."""
    started: list[Watch] = []

    def start() -> Watch:
        watch = Watch(source, tmp_path / "library")
        started.append(watch)
        watch.work()
        return watch

    yield start
    for watch in started:
        watch.end()


@pytest.fixture
def watch(start: Callable[[], Watch]) -> Watch:
    """A watch that has taken what was there."""
    watch = start()
    watch.take()
    return watch
