"""State shared by the parts of an adapter: the served tree, and what the kernel knows about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from chemfs.mount import replies
from chemfs.mount.handles import Handles
from chemfs.mount.inode import Inode
from chemfs.mount.inodes import Inodes
from chemfs.mount.locks import Locks
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

    def __init__(self, tree: Tree, answer: Callable[[int, int], bool], most_stat_seconds: float) -> None:
        """`answer(unique, errno)` answers a request that waited for a lock.

        The kernel may cache attributes for `most_stat_seconds` at the most.
        """
        self._most_stat_seconds = most_stat_seconds
        self.tree = tree
        self.inodes = Inodes(tree.root)
        self.handles = Handles()
        self.locks = Locks(answer)

    def entry(self, inode: Inode, node: Node | None, found: Stat) -> bytes:
        """The entry of a node just looked up or created. A writer's own draft is never cached."""
        if node is None or not inode.is_shared:
            attributes = replies.attributes(NodeKind.FILE, found, inode.shown_number)
            return replies.entry(inode.number, attributes, 0, 0)
        attributes = replies.attributes(node.kind, found, inode.shown_number)
        seconds = max(self.stat_seconds(node), _ONE_CALL_SECONDS)
        return replies.entry(inode.number, attributes, node.entry_seconds, seconds)

    def stat_seconds(self, node: Node) -> float:
        """How long the kernel may cache the attributes of a node."""
        return min(node.stat_seconds, self._most_stat_seconds)
