"""Symlinks that name states: HEAD, and the links that `ln -s` has just made."""

from __future__ import annotations

import time
from contextlib import suppress
from threading import Lock

from cachetools import TTLCache

from chemfs.tree.errors import NotALinkTarget
from chemfs.tree.nodes import Link
from chemfs.tree.open_files import Stat
from chemigram_core.errors import ChemigramError
from chemigram_core.names import BranchName, TagName
from chemigram_core.refs import revision
from chemigram_core.refs.head import Detached, Head, OnBranch
from chemigram_core.repository import Repository

_REMEMBERED = 1_000
_REMEMBERED_SECONDS = 1.5  # longer than the kernel caches a name: a cached link must not turn into a folder
LINK_MODE = 0o777


def head_target(head: Head) -> str:
    """Where HEAD leads, relative to the repository's folder."""
    match head:
        case OnBranch(branch):
            return f"heads/{branch}"
        case Detached(digest):
            return f"snapshots/{digest}"


def parse_target(repository: Repository, target: str) -> Head:
    """The state that a link leads to, relative or absolute through the mount. Raises NotALinkTarget."""
    parts = tuple(part for part in target.split("/") if part not in ("", ".", ".."))
    for start in range(len(parts)):
        with suppress(ChemigramError):
            if (head := _head(repository, parts[start:])) is not None:
                return head
    raise NotALinkTarget(target)


def _head(repository: Repository, parts: tuple[str, ...]) -> Head | None:
    match parts:
        case ("heads", *name):
            branch = BranchName("/".join(name))
            repository.tip(branch)
            return OnBranch(branch)
        case ("tags", *name):
            return Detached(repository.tip(TagName("/".join(name))))
        case ("snapshots", prefix):
            return Detached(revision.by_prefix(prefix, repository.objects))
        case _:
            return None


class FreshLink(Link):
    """A link that `ln` has just made."""

    __slots__ = ("_mtime_ns", "_target")

    def __init__(self, target: str) -> None:
        self._target = target
        self._mtime_ns = time.time_ns()

    def stat(self) -> Stat:
        return Stat(len(self._target.encode("utf-8", "surrogateescape")), self._mtime_ns, LINK_MODE)

    def target(self) -> str:
        return self._target


class FreshLinks:
    """Links that `ln` has just made and expects to find, by path. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._links: TTLCache[str, FreshLink] = TTLCache(_REMEMBERED, _REMEMBERED_SECONDS)
        self._until = 0.0  # monotonic seconds; past this, every link has expired and look-ups skip the lock

    def add(self, path: str, target: str) -> None:
        """Add a link."""
        with self._lock:
            self._remember(path, FreshLink(target))

    def get(self, path: str) -> FreshLink | None:
        """The link, unless it expired because no program asked for it."""
        if self._until < time.monotonic():
            return None
        with self._lock:
            if (link := self._links.get(path)) is not None:
                self._remember(path, link)
            return link

    def rename(self, old: str, new: str) -> None:
        """A link, if there is one, was renamed."""
        with self._lock:
            if (link := self._links.pop(old, None)) is not None:
                self._links[new] = link

    def take(self, path: str) -> FreshLink | None:
        """Remove a link and return it."""
        with self._lock:
            return self._links.pop(path, None)

    def paths(self) -> list[str]:
        """The paths of the links."""
        with self._lock:
            return list(self._links)

    def _remember(self, path: str, link: FreshLink) -> None:
        self._links[path] = link
        self._until = time.monotonic() + _REMEMBERED_SECONDS
