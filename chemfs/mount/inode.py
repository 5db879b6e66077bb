"""A number that the kernel knows a file or folder by: its name, its node, what has it open. Knows no other number."""

from __future__ import annotations

import time
from collections.abc import Hashable
from dataclasses import dataclass, field

from chemfs.mount.protocol import ROOT_ID
from chemfs.tree.errors import NotAFolder, Replaced
from chemfs.tree.nodes import File, Folder, Node
from chemfs.tree.open_files import OpenFile
from chemigram_core.digest import Digest

_ABOUT_TO_ASK_SECONDS = 1.0
_SHOWN = 1 << 62  # numbers from here on are shown for names, those below are those of the table


@dataclass(eq=False, slots=True)
class Inode:
    """One number: where its name stands, the node that it is, and what has it open."""

    number: int
    parent: Inode | None
    name: str
    node: Node | None  # None: a new file that only its writer may see; changed by `show` alone
    content: Digest | None = field(default=None, init=False)  # which bytes the node is, None where they may change
    is_named: bool = True  # False when it was removed, or something else took its name
    is_shared: bool = True  # False when a writer has it to itself, or is about to
    lookups: int = 0
    users: int = 0  # how many have it open, or are about to
    opened: tuple[OpenFile, ...] = ()
    _listed: Hashable | None = None  # what its listing depends on, as far as it was listed
    _was_changed: bool = False  # whether that has ever been something else
    _looker: int = 0  # the thread that looked it up last, when, and when another one did, monotonic seconds
    _looked_at: float = 0.0
    _others_looked_at: float = 0.0

    def __post_init__(self) -> None:
        self.show(self.node)

    def show(self, node: Node | None) -> None:
        """From now on it is this node."""
        self.node, self.content = node, content_of(node)

    @property
    def shown_number(self) -> int:
        """The number that programs see: of a state's file always the same, whatever it holds and whoever writes it.

        vim, for one, takes a file that has another one after it was opened for one that was changed behind its back.
        """
        if self.content is None and self.is_shared:
            return self.number
        return _SHOWN | hash(self.position) & _SHOWN - 1

    @property
    def is_reachable(self) -> bool:
        """Whether a path leads to it."""
        inode: Inode | None = self
        while inode is not None:
            if not inode.is_named:
                return False
            inode = inode.parent
        return True

    @property
    def position(self) -> tuple[int, str]:
        """The folder's number and the name there; of the topmost folder itself, no name."""
        return (ROOT_ID if self.parent is None else self.parent.number), self.name

    @property
    def folder(self) -> Folder:
        """The folder that it is. Raises Replaced when it has no name any more, NotAFolder."""
        if not self.is_reachable:
            raise Replaced(self.name)
        if not isinstance(self.node, Folder):
            raise NotAFolder(self.name)
        return self.node

    def found(self) -> Node:
        """What has its name: a folder or a state's file as it is known, anything else as it is found there now.

        Also of a number that a writer has to itself, what others find there. Raises Replaced when it has no name any
        more; NotFound.
        """
        if not self.is_reachable:
            raise Replaced(self.name)
        if self.node is not None and self.is_shared and (self.content is not None or isinstance(self.node, Folder)):
            return self.node
        if self.parent is None:
            raise Replaced(self.name)
        return self.parent.folder.lookup(self.name)

    def looked_up(self, thread: int) -> None:
        """A thread looked it up."""
        if thread != self._looker:
            self._others_looked_at = self._looked_at
        self._looker, self._looked_at = thread, time.monotonic()
        self.lookups += 1

    def keeps_listing(self, listed: Hashable | None) -> bool:
        """Whether a kernel may keep its listing, which depends on `listed` now.

        Only what never changed: a listing that was on its way to the kernel meanwhile would replace a newer one.
        """
        if self._listed is None:
            self._listed = listed
        self._was_changed |= listed != self._listed
        return listed is not None and not self._was_changed

    def is_known_to_others(self, thread: int) -> bool:
        """Whether others than a thread have just looked it up, and may be about to ask for its size."""
        looked_at = self._others_looked_at if thread == self._looker else self._looked_at
        return time.monotonic() - looked_at < _ABOUT_TO_ASK_SECONDS


def content_of(node: Node | None) -> Digest | None:
    """Which bytes a node is, None where they may change."""
    return node.content if isinstance(node, File) else None
