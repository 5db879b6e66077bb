"""State shared by the parts of an adapter: the served tree, and what the kernel knows about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from chemfs.mount import replies
from chemfs.mount.cached_names import CachedNames, Seen
from chemfs.mount.handles import Handles
from chemfs.mount.inode import Inode
from chemfs.mount.inodes import Inodes
from chemfs.mount.locks import Locks
from chemfs.mount.requests import Request
from chemfs.tree.nodes import Folder, Node, NodeKind
from chemfs.tree.open_files import Stat

_ONE_CALL_SECONDS = 0.01  # the stat that caused a look-up needs no second request


class Tree(Protocol):
    """A tree of nodes to mount; `store` is the folder with its bytes."""

    @property
    def root(self) -> Folder: ...

    @property
    def store(self) -> Path: ...

    def start(self) -> None:
        """Start background work."""

    def stop(self) -> None:
        """Stop it; pending saves are made now."""


class Served:
    """A tree with the inodes, open files and locks that the kernel knows."""

    def __init__(
        self, tree: Tree, kept: CachedNames, answer: Callable[[int, int], bool], most_stat_seconds: float
    ) -> None:
        """`answer(unique, errno)` answers a request that waited for a lock.

        The kernel may cache attributes for `most_stat_seconds` at the most.
        """
        self._most_stat_seconds = most_stat_seconds
        self.tree = tree
        self.kept = kept
        self.inodes = Inodes(tree.root)
        self.handles = Handles()
        self.locks = Locks(answer)

    def entry(self, inode: Inode, node: Node | None, found: Stat, seen: Seen | None = None) -> bytes:
        """The entry of a node just looked up or created. A writer's own draft is never cached.

        With what was `seen` before the look-up the kernel may keep it.
        """
        if node is None or not inode.is_shared:
            return replies.entry(inode.number, replies.attributes(NodeKind.FILE, found, inode.shown_number), 0, 0)
        if inode.is_kept and seen is not None and self.kept.keep(inode, seen):
            entry_seconds = stat_seconds = node.kept_seconds
        else:
            entry_seconds, stat_seconds = node.entry_seconds, node.stat_seconds
        stat_seconds = max(min(stat_seconds, self._most_stat_seconds), _ONE_CALL_SECONDS)
        attributes = replies.attributes(node.kind, found, inode.shown_number)
        return replies.entry(inode.number, attributes, entry_seconds, stat_seconds)

    def stat_seconds(self, inode: Inode) -> float:
        """How long the kernel may cache the attributes of an inode."""
        if inode.node is None or not inode.is_shared or not inode.is_reachable:
            return 0.0
        is_kept = inode.is_kept and not inode.is_stale
        return min(inode.node.kept_seconds if is_kept else inode.node.stat_seconds, self._most_stat_seconds)

    def current(self, request: Request) -> Inode:
        """The inode of a request by path. Raises Replaced, once, if the path led to it and no longer does."""
        inode = self.inodes.at(request.inode)
        if inode.is_kept:
            self.kept.hear()
        self.inodes.check(inode, request.thread)
        return inode

    def forget(self, number: int, lookups: int) -> None:
        """The kernel forgets look-ups of an inode."""
        if (inode := self.inodes.forget(number, lookups)) is not None:
            self.kept.forgotten(inode)
