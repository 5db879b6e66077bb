"""The table of inodes that the kernel has looked up. Knows no FUSE and no path.

The kernel keeps a size and pages with each inode. So each version of a state's file has an inode of its own: a
program that opened the old one keeps it, while the name already leads to the new one. A writer has an inode of its own,
so other programs never see a half-written file. Everything else keeps its inode when it is renamed.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable
from threading import Event, Lock
from time import monotonic

from cachetools import TTLCache

from chemfs.mount.inode import Inode
from chemfs.mount.protocol import ROOT_ID
from chemfs.tree.errors import Replaced
from chemfs.tree.nodes import File, Folder, Node
from chemfs.tree.open_files import OpenFile, Stat

_Key = tuple[int, str, Hashable | None]  # the number of the folder, the name, the content

MOST_INODES = 50_000  # beyond these the kernel is asked to forget some: about 40 MB
_OTHER_LOOKUPS = 2  # look-ups of a name before the kernel may cache it
_PROMISES, _PROMISED_SECONDS = 10_000, 60.0


class Inodes:
    """The inodes of one mount. Safe for many threads."""

    def __init__(self, root: Folder) -> None:
        # Guards everything below and the users of each inode. Held for a few steps, never while a node lists, looks up
        # or reads. A look-up, an open and a rename of one name may come in any order, from several threads: each
        # finds the table as the one before left it, and a caller that lost its inode meanwhile is promised one.
        self._lock = Lock()
        self._numbers = itertools.count(ROOT_ID)
        self._named: dict[_Key, Inode] = {}
        # For a thread that has to look a name up again. Entries expire, since an interrupted thread never does.
        self._promised: TTLCache[tuple[int, int, str], Inode] = TTLCache(_PROMISES, _PROMISED_SECONDS)
        self._promised_until = 0.0  # monotonic seconds: after it there are no promises, so look-ups check none
        self._inodes = {ROOT_ID: Inode(next(self._numbers), None, "", root, root.content)}
        self.at = self._inodes.__getitem__  # by number; each request asks it
        self._are_many = Event()

    def look_up(self, parent: int, name: str, node: Node, thread: int = 0, *, may_keep: bool = False) -> Inode:
        """The inode of the node found at a name; counts one more look-up.

        With `may_keep` the kernel may cache the name, from the third look-up on: a program that is about to write
        causes one or two, and would have to be refused once.
        """
        now, key = monotonic(), (parent, name, node.content)
        with self._lock:
            inode = self._promise_to(thread, parent, name, node) if now < self._promised_until else None
            if inode is None:
                inode = self._known(key, node)
            inode.is_kept |= may_keep and inode.is_shared and inode.lookups >= _OTHER_LOOKUPS
            inode.looked_up(thread, now)
            return inode

    def create(self, parent: int, name: str, node: Node | None) -> Inode:
        """The inode of a file just created and opened; without a node, its writer has it to itself."""
        with self._lock:
            if node is None:
                inode = self._add(self._own(parent, name, None, None))
            else:
                inode = self._known((parent, name, node.content), node)
            inode.lookups += 1
            inode.users += 1
            return inode

    def claim(self, inode: Inode, thread: int, *, to_write: bool) -> None:
        """Register an open that is about to happen; a state's file can only be written by the sole user of its inode.

        `give_back` undoes it. Raises Replaced for a caller that has to look the name up again, and promises it an inode
        of its own. A caller that returns without one, since it has no name to look up (/dev/stdout), gets this one.
        """
        with self._lock:
            if inode.content is not None:
                if not self._has_promise(inode, thread) and _is_taken(inode, thread, to_write=to_write):
                    self._promise(inode, thread)
                    raise Replaced(inode.name)
                if to_write:
                    self._forget_name(inode)
                    inode.is_shared = False
            inode.users += 1

    def check(self, inode: Inode, thread: int) -> None:
        """Raises Replaced for a stale inode, and promises the caller an inode of its own, so that it is refused only
        once.

        No request is refused while the file is open: it may be an fstat(2).
        """
        if not inode.is_stale and inode.is_shared:
            return
        with self._lock:
            if inode.is_shared and not inode.users:
                self._promise(inode, thread)
                raise Replaced(inode.name)
            if not inode.is_shared and not inode.users:
                self._has_promise(inode, thread)

    def replaced(self, inode: Inode, thread: int) -> Replaced:
        """Give back a claimed inode whose name now leads to another one; the error for the caller to raise."""
        with self._lock:
            inode.users -= 1
            self._promise(inode, thread)
            return Replaced(inode.name)

    def opened(self, inode: Inode, file: OpenFile) -> None:
        """Add the open file to a claimed inode."""
        with self._lock:
            inode.opened += (file,)

    def give_back(self, inode: Inode, file: OpenFile | None = None) -> None:
        """Undo a claim: an open file is about to be closed, or the open failed."""
        with self._lock:
            inode.users -= 1
            inode.opened = tuple(opened for opened in inode.opened if opened is not file)

    def as_opened(self, inode: Inode) -> Stat | None:
        """The stat of a writer's own draft, or of a file without a name, which only its open files know. Otherwise
        None.

        Under the lock, since a file that is closed meanwhile would give another one.
        """
        with self._lock:
            for file in inode.opened:
                if file.is_own or not inode.is_named:
                    return file.stat()
        return None

    def forget(self, number: int, lookups: int) -> Inode | None:
        """Subtract look-ups that the kernel forgets; the last one removes the inode. Returns a removed one."""
        with self._lock:
            if (inode := self._inodes.get(number)) is None:
                return None
            inode.lookups -= lookups
            if inode.lookups > 0 or number == ROOT_ID:
                return None
            del self._inodes[number]
            self._forget_name(inode)
            return inode

    def wait_for_many(self) -> None:
        """Wait until there are more than `MOST_INODES`."""
        self._are_many.wait()
        self._are_many.clear()

    def oldest(self, part: float) -> list[int]:
        """The numbers of that fraction of the inodes, oldest first, a folder's content before the folder."""
        with self._lock:
            return [*itertools.islice(self._inodes, int(len(self._inodes) * part))][::-1]

    def removed(self, parent: int, name: str) -> None:
        """A name was removed. Inodes of a state's file stay: they stand for a content, not for the name."""
        with self._lock:
            self._unname(self._named.get((parent, name, None)))

    def renamed(self, parent: int, name: str, new_parent: int, new_name: str) -> Node | None:
        """A name was renamed over another one, whose inode loses its name. Returns the renamed node, if known."""
        with self._lock:
            self._unname(self._named.get((new_parent, new_name, None)))
            if (inode := self._named.pop((parent, name, None), None)) is None:
                return None
            inode.parent, inode.name = self._inodes[new_parent], new_name
            self._named[new_parent, new_name, None] = inode
            return inode.node

    def _promise_to(self, thread: int, parent: int, name: str, node: Node) -> Inode | None:
        if not isinstance(node, File) or (inode := self._promised.get((thread, parent, name))) is None:
            return None
        inode.show(node)
        return self._add(inode)

    def _has_promise(self, inode: Inode, thread: int) -> bool:
        """Remove a thread's promise; whether it had one."""
        is_one = monotonic() < self._promised_until
        return is_one and self._promised.pop((thread, *inode.position), None) is not None

    def _known(self, key: _Key, node: Node) -> Inode:
        """The inode with that name and content; a new one if it is another file or folder now."""
        if (inode := self._named.get(key)) is not None:
            if _is_same(inode.node, node):
                if not isinstance(node, Folder):  # nodes below a folder refer to the folder's first node
                    inode.show(node)
                return inode
            self._unname(inode)
        parent, name, content = key
        new = self._named[key] = Inode(next(self._numbers), self._inodes[parent], name, node, content)
        return self._add(new)

    def _own(self, parent: int, name: str, content: Hashable | None, node: Node | None) -> Inode:
        """An inode that a writer has to itself."""
        return Inode(next(self._numbers), self._inodes[parent], name, node, content, is_shared=False)

    def _add(self, inode: Inode) -> Inode:
        """Add to the table."""
        self._inodes[inode.number] = inode
        if len(self._inodes) > MOST_INODES:
            self._are_many.set()
        return inode

    def _promise(self, inode: Inode, thread: int) -> None:
        own = self._own(*inode.position, inode.content, inode.node)  # in the table once it is looked up
        self._promised[thread, *inode.position] = own
        self._promised_until = monotonic() + _PROMISED_SECONDS

    def _unname(self, inode: Inode | None) -> None:
        if inode is not None:
            self._forget_name(inode)
            inode.is_named = False

    def _forget_name(self, inode: Inode) -> None:
        key = (*inode.position, inode.content)
        if self._named.get(key) is inode:
            del self._named[key]


def _is_same(known: Node | None, found: Node) -> bool:
    """Whether two nodes without a digest, found at one name, are the same file or folder."""
    if isinstance(found, Folder):
        return type(known) is type(found)
    return known is None or known.kind is found.kind


def _is_taken(inode: Inode, thread: int, *, to_write: bool) -> bool:
    """Whether opening a state's file now would mix its writer's view with that of other programs."""
    if not to_write:
        return inode.is_stale or (inode.users > 0 and not inode.is_shared)
    return inode.users > 0 or inode.is_kept or (inode.is_shared and inode.is_known_to_others(thread))
