"""Which states of one repository have a preview that shows them, for all nodes. Knows no node; parses no XMP."""

from __future__ import annotations

from collections.abc import Iterable

from chemfs.tree.errors import NotFound
from chemfs.tree.image_look import ImageLook
from chemigram_core.digest import Digest
from chemigram_core.image.errors import ImageInMount
from chemigram_core.previews.image_identity import image_identity
from chemigram_core.previews.preview_file import Preview
from chemigram_core.previews.preview_name import PreviewName
from chemigram_core.previews.previews import Previews
from chemigram_core.repository import Repository


class PreviewLook:
    """The previews of a repository. Safe for many threads."""

    __slots__ = ("_image_look", "_previews", "_repository")

    def __init__(self, repository: Repository, image_look: ImageLook) -> None:
        self._repository = repository
        self._image_look = image_look
        self._previews = Previews(repository.root)

    def find_all(self, snapshots: Iterable[Digest]) -> dict[Digest, Preview]:
        """The largest preview of each snapshot that has one. The image is looked at only if there are any."""
        listed = self._previews.listed()
        if not (known := [snapshot for snapshot in snapshots if snapshot in listed]):
            return {}
        return self._previews.find_all(known, self._image())

    def find_listed(self) -> dict[Digest, Preview]:
        """The same for all snapshots that have one."""
        return self.find_all(self._previews.listed())

    def open(self, name: PreviewName) -> int | None:
        """A descriptor to read a preview; None if it is gone."""
        return self._previews.open(name)

    def _image(self) -> str | None:
        image = self._repository.image
        try:
            return None if image is None else image_identity(self._image_look.locate(image).status)
        except (NotFound, ImageInMount, OSError):
            return None
