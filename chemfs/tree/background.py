"""A mount's background work: hands back orphaned drafts, commits removals that are due."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cachetools import TTLCache

from chemfs.tree.heads import orphaned_drafts
from chemfs.tree.open_repository import OpenRepository
from chemigram_core.errors import ChemigramError
from chemigram_core.repository import Repository
from chemigram_core.roll.pending import quiet_before_ns
from chemigram_core.roll.save_number import commit_pending

_PAUSE_SECONDS = 0.25  # between two checks for removals that are due
_WATCH_SECONDS = 60.0  # how long a repository is watched after a change: much longer than a removal waits

logger = logging.getLogger(__name__)


class Background:
    """A thread that watches recently changed repositories."""

    def __init__(self) -> None:
        self._watched: TTLCache[OpenRepository, None] = TTLCache(math.inf, _WATCH_SECONDS)
        self._lock = threading.Lock()  # guards the watched repositories
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._inherited: list[Path] = []  # repositories where first states of another mount wait, which may be running

    def start(self, roots: Callable[[], Iterable[Path]]) -> None:
        """Start; `roots` lists the folders of the repositories that may hold drafts of dead mounts."""
        self._thread = threading.Thread(target=self._run, args=(roots,), name="background", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop; pending removals and first states are committed now."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        self._commit_due(math.inf)
        self._commit_inherited(math.inf)

    def watch(self, opened: OpenRepository) -> None:
        """Watch a repository that is about to change: it may get a pending removal."""
        with self._lock:
            self._watched[opened] = None

    def _run(self, roots: Callable[[], Iterable[Path]]) -> None:
        for root in roots():
            _hand_back_drafts(root)
            self._inherited.append(root)
        self._commit_inherited(quiet_before_ns())
        while not self._stopped.wait(_PAUSE_SECONDS):
            self._commit_due(time.monotonic())
            self._commit_inherited(quiet_before_ns())

    def _commit_due(self, now: float) -> None:
        with self._lock:
            watched = list(self._watched)
        for opened in watched:
            if _others_wait(opened, now):
                self.watch(opened)

    def _commit_inherited(self, before_ns: float) -> None:
        self._inherited = [root for root in self._inherited if _first_states_wait(root, before_ns)]


def _hand_back_drafts(root: Path) -> None:
    with _logged("%s: can't hand back what a mount left unsaved; it stays in scratch/", root):
        orphaned_drafts.hand_back(root)


def _first_states_wait(root: Path, before_ns: float) -> bool:
    """Commit the first states that were written before a time, ns since 1970; whether others wait."""
    with _logged("%s: can't save a first state; it stays in scratch/", root):
        return commit_pending(Repository(root), before_ns)
    return False


def _others_wait(opened: OpenRepository, now: float) -> bool:
    """Commit what is due; return whether removals remain, because they are not due or could not be committed."""
    with _logged("%s: can't save a removal or a first state", opened.repository.root):
        return opened.commit_due(now)
    return True


@contextmanager
def _logged(says: str, root: Path) -> Iterator[None]:
    """Log errors in the context: a damaged repository in one line, unexpected errors with a traceback."""
    try:
        yield
    except (ChemigramError, OSError) as error:
        logger.error(f"{says}: %s", root.name, error)
    except Exception:
        logger.exception(says, root.name)
