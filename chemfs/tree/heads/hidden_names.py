"""Names that a program removed from drawn/ of a branch: hidden for a while, then shown again, as in every state.

This lets a program delete a branch's folder with all its content.
"""

from __future__ import annotations

import math
from threading import Lock

from cachetools import TTLCache

from chemfs.tree.heads.pending_removals import RETURN_SECONDS


class HiddenNames:
    """The hidden paths in drawn/ of one branch folder. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._paths: TTLCache[str, None] = TTLCache(math.inf, RETURN_SECONDS)

    def add(self, path: str) -> None:
        """A program removed it."""
        with self._lock:
            self._paths[path] = None

    def __contains__(self, path: str) -> bool:
        with self._lock:
            return path in self._paths
