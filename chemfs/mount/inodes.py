"""Numbers for what the kernel has looked up, as it knows files by number. Knows no FUSE and no view.

The kernel keeps a size and pages with each number. So a file of a state has one for each content that it ever had: who
opened the old one keeps it, while the name already leads to the new one. And who writes one has a number to itself, so
nobody else sees a half-written file. Everything else keeps its number when it is renamed.
"""

from __future__ import annotations

import hashlib
import itertools
import time
from dataclasses import dataclass
from threading import Lock

from cachetools import TTLCache

from chemfs.tree.errors import Replaced
from chemfs.tree.nodes import File, Node
from chemfs.tree.open_files import Handle
from chemigram_core.digest import Digest

ROOT = 1
_ABOUT_TO_ASK_SECONDS = 1.0
_PROMISES, _PROMISED_SECONDS = 10_000, 60.0


@dataclass(eq=False, slots=True)
class Inode:
    """One number: where its name stands, the file of a state that it is, and who has it open."""

    number: int
    parent: Inode | None
    name: str
    file: File | None = None  # only of a state: what else may change is asked for each time
    is_named: bool = True  # False when it was removed, or something else took its name
    is_shared: bool = True  # False when a writer has it to itself, or is about to
    lookups: int = 0
    users: int = 0  # how many have it open, or are about to
    opened: tuple[Handle, ...] = ()
    _looker: int = 0  # the thread that looked it up last, when, and when another one did, monotonic seconds
    _looked_at: float = 0.0
    _others_looked_at: float = 0.0

    @property
    def content(self) -> Digest | None:
        """Which bytes it is, None where the bytes under it may change."""
        return self.file.content if self.file else None

    @property
    def shown_number(self) -> int:
        """The number that programs see: of a state's file always the same, whatever it holds and whoever writes it.

        vim, for one, takes a file that has another one after it was opened for one that was changed behind its back.
        """
        if self.content is None and self.is_shared:
            return self.number
        names = "/".join(self._names()).encode(errors="surrogateescape")
        return int.from_bytes(hashlib.blake2b(names, digest_size=7).digest())

    @property
    def is_reachable(self) -> bool:
        """Whether a path leads to it."""
        return self.is_named and (self.parent is None or self.parent.is_reachable)

    @property
    def place(self) -> tuple[int, str]:
        """The folder's number and the name there; of the topmost folder itself, no name."""
        return (ROOT if self.parent is None else self.parent.number), self.name

    @property
    def path(self) -> str:
        """Its absolute path. Raises Replaced when it has none any more."""
        if not self.is_named:
            raise Replaced(self.name)
        return "/" if self.parent is None else self.parent.child(self.name)

    def child(self, name: str) -> str:
        """The path of a name in this folder. Raises Replaced when the folder has none any more."""
        return f"/{name}" if self.parent is None else f"{self.path}/{name}"

    def looked_up(self, thread: int) -> None:
        """A thread looked it up."""
        if thread != self._looker:
            self._others_looked_at = self._looked_at
        self._looker, self._looked_at = thread, time.monotonic()
        self.lookups += 1

    def is_known_to_others(self, thread: int) -> bool:
        """Whether others than a thread have just looked it up, and may be about to ask for its size."""
        looked_at = self._others_looked_at if thread == self._looker else self._looked_at
        return time.monotonic() - looked_at < _ABOUT_TO_ASK_SECONDS

    def _names(self) -> tuple[str, ...]:
        return () if self.parent is None else (*self.parent._names(), self.name)


def lasting(node: Node) -> File | None:
    """A file of a state, whose bytes can't change; None for anything else."""
    return node if isinstance(node, File) and node.content is not None else None


def _is_taken(inode: Inode, thread: int, *, to_write: bool) -> bool:
    """Whether a state's file, opened now, would mix what its writer sees with what others see."""
    if not to_write:
        return inode.users > 0 and not inode.is_shared
    return inode.users > 0 or (inode.is_shared and inode.is_known_to_others(thread))


class Inodes:
    """The numbers of one mount. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = Lock()  # over everything below, and over what an inode says of its users
        self._numbers = itertools.count(ROOT)
        self._named: dict[tuple[int, str, Digest | None], Inode] = {}
        # By thread, to who was told to look a name up again; who was interrupted never comes.
        self._promised: TTLCache[tuple[int, int, str], Inode] = TTLCache(_PROMISES, _PROMISED_SECONDS)
        root = Inode(next(self._numbers), None, "")
        self._inodes = {root.number: root}

    def __getitem__(self, number: int) -> Inode:
        return self._inodes[number]

    def look_up(self, parent: int, name: str, node: Node, thread: int = 0) -> Inode:
        """The inode of what stands at a name, known by one more look-up."""
        with self._lock:
            file = lasting(node)
            inode = self._promised.get((thread, parent, name)) or self._found(parent, name, file)
            self._inodes[inode.number] = inode
            inode.file = file
            inode.looked_up(thread)
            return inode

    def create(self, parent: int, name: str, node: Node, *, is_shared: bool) -> Inode:
        """The inode of a file that has just been made and opened."""
        with self._lock:
            file = lasting(node)
            inode = self._found(parent, name, file) if is_shared else self._new(parent, name, file)
            inode.is_shared = is_shared
            inode.lookups += 1
            inode.users += 1
            return inode

    def claim(self, inode: Inode, thread: int, *, to_write: bool) -> None:
        """Open a file: a state's to write only by who has it to itself. `give_back` ends it.

        Raises Replaced for who has to look it up again, and promises it a number of its own. Who comes back without
        it, since it knows no name to look up (/dev/stdout), has to do with this one.
        """
        with self._lock:
            if inode.content is not None:
                promised = self._promised.pop((thread, *inode.place), None)
                if promised is None and _is_taken(inode, thread, to_write=to_write):
                    self._promise(inode, thread)
                    raise Replaced(inode.name)
                if to_write:
                    self._forget_name(inode)
                    inode.is_shared = False
            inode.users += 1

    def replaced(self, inode: Inode, thread: int) -> Replaced:
        """For who claimed an inode whose content is not what its name leads to any more: gives it back."""
        with self._lock:
            inode.users -= 1
            self._promise(inode, thread)
            return Replaced(inode.name)

    def opened(self, inode: Inode, handle: Handle) -> None:
        """What was claimed is an open file now."""
        with self._lock:
            inode.opened += (handle,)

    def give_back(self, inode: Inode, handle: Handle | None = None) -> None:
        """An open file is about to be closed, or came to nothing."""
        with self._lock:
            inode.users -= 1
            inode.opened = tuple(opened for opened in inode.opened if opened is not handle)

    def as_opened(self, inode: Inode) -> Node | None:
        """What only its open files tell: a draft as it is, for its writer, and what has lost its name. None if nothing.

        Under the lock, as a handle that is closed meanwhile would tell of another file.
        """
        with self._lock:
            for handle in inode.opened:
                if handle.is_own or not inode.is_named:
                    return handle.node()
        return None

    def forget(self, number: int, lookups: int) -> None:
        """The kernel forgets so many look-ups; the number goes with the last."""
        with self._lock:
            inode = self._inodes[number]
            inode.lookups -= lookups
            if inode.lookups <= 0 and number != ROOT:
                del self._inodes[number]
                self._forget_name(inode)

    def removed(self, parent: int, name: str) -> None:
        """Nothing has that name any more. Numbers of a state's file stay: they lead to a content, not to the name."""
        with self._lock:
            self._unname(self._named.get((parent, name, None)))

    def renamed(self, parent: int, name: str, new_parent: int, new_name: str) -> None:
        """What had one name has another one; what had that before has none."""
        with self._lock:
            self._unname(self._named.get((new_parent, new_name, None)))
            if (inode := self._named.pop((parent, name, None), None)) is not None:
                inode.parent, inode.name = self._inodes[new_parent], new_name
                self._named[new_parent, new_name, None] = inode

    def _found(self, parent: int, name: str, file: File | None) -> Inode:
        key = (parent, name, file.content if file else None)
        if (inode := self._named.get(key)) is None:
            inode = self._named[key] = self._new(parent, name, file)
        return inode

    def _new(self, parent: int, name: str, file: File | None) -> Inode:
        inode = Inode(next(self._numbers), self._inodes[parent], name, file)
        self._inodes[inode.number] = inode
        return inode

    def _promise(self, inode: Inode, thread: int) -> None:
        own = self._new(*inode.place, inode.file)
        own.is_shared = False
        del self._inodes[own.number]  # until it is looked up
        self._promised[thread, *inode.place] = own

    def _unname(self, inode: Inode | None) -> None:
        if inode is not None:
            self._forget_name(inode)
            inode.is_named = False

    def _forget_name(self, inode: Inode) -> None:
        key = (*inode.place, inode.content)
        if self._named.get(key) is inode:
            del self._named[key]
