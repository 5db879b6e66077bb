"""tags/: named states, read-only. A tag never moves, but may be deleted and created again."""

from __future__ import annotations

from chemfs.tree.errors import NotFound
from chemfs.tree.nodes import Node
from chemfs.tree.open_repository import Opened
from chemfs.tree.ref_folder import RefFolder
from chemfs.tree.state import FixedState, StateFolder
from chemigram_core.digest import Digest
from chemigram_core.names import TagName
from chemigram_core.operations.refs import create_tag


class TagsFolder(RefFolder):
    """tags/, or a folder in it for names with slashes."""

    __slots__ = ()
    top = "tags"
    ref_kind = TagName

    def state(self, name: str) -> Node:
        """The state that the tag stands for now: a tag that is created again elsewhere is another folder."""
        return FixedState(self.opened, TagFolder(self.opened, TagName(self.prefix + name)).digest())

    def make_ref(self, name: str, rev: str) -> None:
        create_tag(self.opened().repository, TagName(self.prefix + name), rev)


class TagFolder(StateFolder):
    """The state of a tag, whatever it is: for folders that show it without being looked up again themselves."""

    __slots__ = ("_tag",)

    def __init__(self, opened: Opened, tag: TagName) -> None:
        super().__init__(opened)
        self._tag = tag

    def digest(self) -> Digest:
        if (digest := self._opened().repository.refs.read(self._tag)) is None:
            raise NotFound(self._tag)
        return digest
