"""Symlinks that name states: HEAD's, and those that people make with `ln -s`."""

from __future__ import annotations

import time
from contextlib import suppress
from threading import Lock

from cachetools import TTLCache

from chemfs.tree.errors import NotALinkTarget
from chemfs.tree.nodes import Link
from chemfs.tree.paths import HEADS, SNAPSHOTS, Parts
from chemigram_core.errors import ChemigramError
from chemigram_core.names import BranchName, TagName
from chemigram_core.refs import revision
from chemigram_core.refs.head import Detached, Head, OnBranch
from chemigram_core.repository import Repository

_REMEMBERED = 1_000
_REMEMBERED_SECONDS = 1.5  # longer than a kernel trusts a name: a link must not turn into a folder while it is known


def head_target(head: Head) -> str:
    """Where HEAD leads, relative to the repository's folder."""
    match head:
        case OnBranch(branch):
            return f"{HEADS}/{branch}"
        case Detached(digest):
            return f"{SNAPSHOTS}/{digest}"


def parse_target(repository: Repository, target: str) -> Head:
    """The state that a link leads to: relative, or absolute through the mount. Raises NotALinkTarget."""
    parts = tuple(part for part in target.split("/") if part not in ("", ".", ".."))
    for start in range(len(parts)):
        with suppress(ChemigramError):
            if (head := _head(repository, parts[start:])) is not None:
                return head
    raise NotALinkTarget(target)


def _head(repository: Repository, parts: Parts) -> Head | None:
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


class FreshLinks:
    """Links that `ln` has just made and still expects to find as links, by their parts. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._links: TTLCache[Parts, Link] = TTLCache(_REMEMBERED, _REMEMBERED_SECONDS)

    def add(self, parts: Parts, target: str) -> None:
        """A link was made."""
        with self._lock:
            self._links[parts] = Link(target, time.time_ns())

    def get(self, parts: Parts) -> Link | None:
        """The link, until nobody has looked at it for a while."""
        with self._lock:
            if (link := self._links.get(parts)) is not None:
                self._links[parts] = link
            return link

    def take(self, parts: Parts) -> Link | None:
        """The link, which is forgotten."""
        with self._lock:
            return self._links.pop(parts, None)

    def names(self) -> list[Parts]:
        """What links there are."""
        with self._lock:
            return list(self._links)
