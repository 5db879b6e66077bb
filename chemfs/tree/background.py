"""What a mount does beside the calls: put aside what killed mounts left unsaved, and save the removals that are due."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from cachetools import TTLCache

from chemfs.tree.changes import Changes
from chemfs.tree.heads import orphaned_drafts
from chemfs.tree.repository_view import RepositoryView

_PAUSE_SECONDS = 0.25  # how often removals are looked at that may be due
_CHANGED_SECONDS = 60.0  # for how long after a change a repository is looked at: much longer than a removal waits

logger = logging.getLogger(__name__)


class Settling:
    """A thread of its own, which looks at the repositories that were changed lately. `roots` finds all of them."""

    def __init__(self, roots: Callable[[], Iterable[Path]]) -> None:
        self._roots = roots
        self._changed: TTLCache[RepositoryView, None] = TTLCache(math.inf, _CHANGED_SECONDS)
        self._lock = threading.Lock()  # over what was changed
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="settling", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what waits to become a snapshot does so now."""
        self._stopped.set()
        self._thread.join()
        self._settle(math.inf)

    def look_at(self, view: RepositoryView) -> None:
        """Something is changed in a repository: a removal may wait there."""
        with self._lock:
            self._changed[view] = None

    def _run(self) -> None:
        self._hand_back()
        while not self._stopped.wait(_PAUSE_SECONDS):
            self._settle(time.monotonic())

    def _hand_back(self) -> None:
        for root in self._roots():
            try:
                orphaned_drafts.hand_back(root)
            except Exception:
                logger.exception("%s: what a mount left unsaved stays in its scratch/", root.name)

    def _settle(self, now: float) -> None:
        with self._lock:
            changed = list(self._changed)
        for view in changed:
            try:
                others_wait = Changes(view).settle(now)
            except Exception:
                logger.exception("%s: a removal could not be saved", view.repository.root.name)
                others_wait = True
            if others_wait:
                self.look_at(view)
