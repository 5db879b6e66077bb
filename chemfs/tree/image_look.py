"""Looks at the image of one repository for all nodes that show it, and logs what is wrong with it. Knows no node."""

from __future__ import annotations

import logging
from time import monotonic

from chemfs.tree.errors import NotFound
from chemigram_core.image.errors import ImageInMount, ImageUnavailable
from chemigram_core.image.location import Location, locate
from chemigram_core.image.raw_folder import Image
from chemigram_core.repository import Repository

_LISTED_SECONDS = 1.0  # changes by others show within a second

logger = logging.getLogger(__name__)


class ImageLook:
    """The current image of a repository. Safe for many threads: each field is replaced as a whole."""

    __slots__ = ("_logged", "_repository", "_seen")

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._logged: str | None = None
        self._seen: tuple[Image, bool, float] | None = None  # whether it was there, and when; monotonic seconds

    def is_there(self, image: Image) -> bool:
        """Whether the image could be stat'ed within the last second: everything that a folder lists must exist.

        Listings ask so often that it is not stat'ed each time.
        """
        seen = self._seen
        if seen is None or seen[0] is not image or seen[2] < monotonic() - _LISTED_SECONDS:
            try:
                self.locate(image)
            except (NotFound, ImageInMount, OSError):
                return False
            return True
        return seen[1]

    def locate(self, image: Image) -> Location:
        """Its file. A problem is logged once. Raises NotFound, ImageInMount, OSError."""
        self._seen = image, False, monotonic()
        try:
            found = locate(image)
        except ImageUnavailable as error:
            self._log(f"{self._repository.root.name}: {error}")
            if isinstance(error, ImageInMount):
                raise
            raise NotFound(image.name) from error
        self._seen, self._logged = (image, True, monotonic()), None
        return found

    def _log(self, problem: str) -> None:
        if problem != self._logged:
            self._logged = problem
            logger.warning("%s", problem)
