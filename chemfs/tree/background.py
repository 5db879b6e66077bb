"""The work of a mount beside its calls: it hands back orphaned drafts and commits removals that are due."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from cachetools import TTLCache

from chemfs.tree.heads import orphaned_drafts
from chemfs.tree.open_repository import OpenRepository

_PAUSE_SECONDS = 0.25  # between two looks for removals that may be due
_WATCH_SECONDS = 60.0  # for how long after a change a repository is watched: much longer than a removal waits

logger = logging.getLogger(__name__)


class Background:
    """A thread of its own, which watches the repositories that were changed lately."""

    def __init__(self) -> None:
        self._watched: TTLCache[OpenRepository, None] = TTLCache(math.inf, _WATCH_SECONDS)
        self._lock = threading.Lock()  # over what is watched
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, roots: Callable[[], Iterable[Path]]) -> None:
        """Begin; `roots` finds the folders of all repositories."""
        self._thread = threading.Thread(target=self._run, args=(roots,), name="background", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; what waits to become a snapshot does so now."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        self._commit_due_removals(math.inf)

    def watch(self, opened: OpenRepository) -> None:
        """Something is about to change in a repository: a removal may wait there."""
        with self._lock:
            self._watched[opened] = None

    def _run(self, roots: Callable[[], Iterable[Path]]) -> None:
        _hand_back_drafts(roots())
        while not self._stopped.wait(_PAUSE_SECONDS):
            self._commit_due_removals(time.monotonic())

    def _commit_due_removals(self, now: float) -> None:
        with self._lock:
            watched = list(self._watched)
        for opened in watched:
            if _others_wait(opened, now):
                self.watch(opened)


def _hand_back_drafts(roots: Iterable[Path]) -> None:
    for root in roots:
        try:
            orphaned_drafts.hand_back(root)
        except Exception:
            logger.exception("%s: what a mount left unsaved stays in its scratch/", root.name)


def _others_wait(opened: OpenRepository, now: float) -> bool:
    """Commit what is due; whether removals remain that are not due yet, or could not be committed."""
    try:
        return opened.commit_due_removals(now)
    except Exception:
        logger.exception("%s: a removal could not be saved", opened.repository.root.name)
        return True
