"""A folder of refs: heads/, tags/, and the folders of names with slashes in them. A look-up reads one ref."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from chemfs.tree.errors import NotFound
from chemfs.tree.head_link import parse_target
from chemfs.tree.nodes import Entry, Folder, Node, NodeKind
from chemfs.tree.open_files import Stat
from chemfs.tree.open_repository import Opened, OpenRepository
from chemigram_core.errors import InvalidName
from chemigram_core.names import RefName
from chemigram_core.refs.head import OnBranch


class RefFolder(Folder):
    """The refs whose names begin with a prefix, empty or ending with a slash. mkdir and ln make new ones."""

    __slots__ = ("opened", "prefix")
    top: ClassVar[str]
    ref_kind: ClassVar[type[RefName]]

    def __init__(self, opened: Opened, prefix: str = "") -> None:
        self.opened = opened
        self.prefix = prefix

    @abstractmethod
    def state(self, name: str) -> Node:
        """The folder of the existing ref `name`."""

    @abstractmethod
    def make_ref(self, name: str, rev: str) -> None:
        """Create a ref here. Raises InvalidName, RefExists, RefConflict, UnknownRevision, NoState."""

    def exists(self, repository: OpenRepository, name: RefName) -> bool:
        """Whether there is such a ref."""
        return repository.repository.refs.read(name) is not None

    def names(self, repository: OpenRepository) -> set[str]:
        """The next parts of the refs' names."""
        return set(repository.repository.refs.names_below(self.ref_kind, self.prefix))

    def is_ref(self, opened: OpenRepository, name: str) -> bool:
        """Whether a name here is a ref, and not a folder of longer names."""
        try:
            return self.exists(opened, self.ref(name))
        except InvalidName:
            return False

    def stat(self) -> Stat:
        opened = self.opened()
        return Stat(0, opened.time_ns(), *opened.permissions(self.ref_kind.namespace))

    def lookup(self, name: str) -> Node:
        opened = self.opened()
        if (link := opened.links.get(self._path(name))) is not None:
            return link
        if self.is_ref(opened, name):
            return self.state(name)
        below = type(self)(self.opened, f"{self.prefix}{name}/")
        if below.names(opened):
            return below
        raise NotFound(name)

    def entries(self) -> Iterable[Entry]:
        return [Entry(name, NodeKind.FOLDER) for name in sorted(self.names(self.opened()))]

    def make_folder(self, name: str, mode: int) -> None:
        """Make a ref at HEAD's state."""
        self.opened().check_writable()
        self.make_ref(name, "HEAD")

    def make_link(self, name: str, target: str) -> None:
        """Create a ref at the state that a link leads to; it shows as a link until no program looks for a while."""
        opened = self.opened()
        opened.check_writable()
        head = parse_target(opened.repository, target)
        self.make_ref(name, head.branch.ref if isinstance(head, OnBranch) else head.digest)
        opened.links.add(self._path(name), target)

    def check_writable(self) -> None:
        self.opened().check_writable()

    def ref(self, name: str) -> RefName:
        """The full name of a ref here. Raises InvalidName."""
        return self.ref_kind(self.prefix + name)

    def _path(self, name: str) -> str:
        return f"{self.top}/{self.prefix}{name}"
