"""One inode: its number, its name, its node and its open files. Knows no other inode."""

from __future__ import annotations

import time
from collections.abc import Hashable
from dataclasses import dataclass

from chemfs.mount.protocol import ROOT_ID
from chemfs.tree.errors import NotAFolder, Replaced
from chemfs.tree.nodes import Folder, Node
from chemfs.tree.open_files import OpenFile

_ABOUT_TO_ASK_SECONDS = 1.0
_SHOWN = 1 << 62  # numbers from here on are shown for names; lower ones are those of the table


@dataclass(eq=False, slots=True)
class Inode:
    """An inode: where its name is, the node behind it, and its open files."""

    number: int
    parent: Inode | None
    name: str
    node: Node | None  # None: a new file that only its writer sees; only `show` changes it
    content: Hashable | None  # identifies the node's bytes; None if they may change
    is_named: bool = True  # False after it was removed or replaced
    is_shared: bool = True  # False if it belongs to one writer, or is about to
    is_kept: bool = False  # True once the kernel was allowed to cache its name
    is_stale: bool = False  # True while a cached name leads to another inode
    lookups: int = 0
    users: int = 0  # open files, and opens that are about to succeed
    opened: tuple[OpenFile, ...] = ()
    _listed: Hashable | None = None  # what its last listing depended on
    _was_changed: bool = False  # whether that ever changed
    _looker: int = 0  # the thread of the last look-up, its time, and that of another thread's; monotonic seconds
    _looked_at: float = 0.0
    _others_looked_at: float = 0.0

    def show(self, node: Node | None) -> None:
        """Replace the node."""
        self.node, self.content = node, None if node is None else node.content

    @property
    def shown_number(self) -> int:
        """The inode number that programs see. For a state's file it depends only on the name, not on content or writer:

        vim, for one, reports a file as changed by another program if its inode number changes after it was opened.
        """
        if self.content is None and self.is_shared:
            return self.number
        return _SHOWN | hash((ROOT_ID if self.parent is None else self.parent.number, self.name)) & _SHOWN - 1

    @property
    def is_reachable(self) -> bool:
        """Whether a path leads to it."""
        inode: Inode | None = self
        while inode is not None and inode.is_named:
            inode = inode.parent
        return inode is None

    @property
    def position(self) -> tuple[int, str]:
        """The folder's number and the name in it; an empty name for the root."""
        return (ROOT_ID if self.parent is None else self.parent.number), self.name

    @property
    def folder(self) -> Folder:
        """Its node as a folder. Raises Replaced if its name was removed or replaced, NotAFolder."""
        if not self.is_reachable:
            raise Replaced(self.name)
        if not isinstance(self.node, Folder):
            raise NotAFolder(self.name)
        return self.node

    def found(self) -> Node:
        """The node at its name: for a folder or a state's file the known one, otherwise the result of a new look-up.

        For an inode that a writer has to itself, the node that others see. Raises Replaced if it has lost its name,
        NotFound.
        """
        if not self.is_reachable:
            raise Replaced(self.name)
        if self.node is not None and self.is_shared and (self.content is not None or isinstance(self.node, Folder)):
            return self.node
        if self.parent is None:
            raise Replaced(self.name)
        return self.parent.folder.lookup(self.name)

    def looked_up(self, thread: int, now: float) -> None:
        """Count a look-up by a thread; `now` is in monotonic seconds."""
        if thread != self._looker:
            self._others_looked_at = self._looked_at
        self._looker, self._looked_at = thread, now
        self.lookups += 1

    def keeps_listing(self, listed: Hashable | None) -> bool:
        """Whether the kernel may cache its listing, which now depends on `listed`.

        Only if that never changed: otherwise a listing still on its way to the kernel could replace a newer one.
        """
        if self._listed is None:
            self._listed = listed
        self._was_changed |= listed != self._listed
        return listed is not None and not self._was_changed

    def is_known_to_others(self, thread: int) -> bool:
        """Whether other threads have just looked it up, and may be about to ask for its size."""
        looked_at = self._others_looked_at if thread == self._looker else self._looked_at
        return time.monotonic() - looked_at < _ABOUT_TO_ASK_SECONDS
