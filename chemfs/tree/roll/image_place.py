"""An image in a roll, as its sidecars are written: on which branch a number is, and what else depends on a save."""

from __future__ import annotations

from collections.abc import Callable

from chemfs.tree.heads.branch import Branch
from chemfs.tree.heads.tracked import Numbered
from chemfs.tree.open_files import OpenFile
from chemfs.tree.open_repository import OpenRepository
from chemfs.tree.roll.contents import Contents
from chemfs.tree.roll.images import RollImage
from chemigram_core.names import BranchName
from chemigram_core.roll.save_number import hide, unhide


class ImagePlace:
    """An image among the others of its roll."""

    def __init__(self, contents: Contents, image: RollImage) -> None:
        self._contents, self.image = contents, image

    def opened(self) -> OpenRepository:
        """The repository."""
        return self.image.source.opened()

    def to_write(self) -> OpenRepository:
        """The repository, about to be changed. Raises ReadOnly."""
        opened = self.opened()
        opened.check_writable()
        return opened

    def open_to_write(self, number: int, flags: int, present: Callable[[], bytes]) -> OpenFile:
        """Open the sidecar of a number, which has the bytes `present`."""
        opened = self.to_write()
        return self._branch(opened, number).open_to_write(Numbered(number, self), flags, opened, present)

    def save(self, number: int, data: bytes) -> None:
        """Save bytes as the sidecar of a number. Raises the reason if they are not a valid save; then they are kept."""
        self._branch(self.to_write(), number).save(Numbered(number, self), data)

    def hide(self, number: int) -> None:
        """Hide the sidecar of a number. No branch is deleted."""
        hide(self.to_write().repository, number)
        self.saved()

    def unhide(self, number: int) -> None:
        """Show the sidecar of a number again, for a program that is about to write it."""
        unhide(self.to_write().repository, number)
        self.saved()

    def is_taken(self, number: int) -> bool:
        """Whether the sidecar with that number would be another image's."""
        return self._contents.is_taken(self.image.name, number)

    def saved(self) -> None:
        """Something was saved under a number: the names may be others now."""
        self._contents.changed(self.image.source.root)

    def _branch(self, opened: OpenRepository, number: int) -> Branch:
        """The branch that holds what is being written under a number; one that a new number would get."""
        given = self.image.numbers.get(number)
        is_known = given is not None and not given.is_retired
        return opened.branches[given.branch if given and is_known else BranchName(f"version-{number:02d}")]
