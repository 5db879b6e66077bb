"""The names of a folder's images side by side, one image for each repository. Pure.

An image keeps its own name, and one without an image the name of its repository. If two repositories have images of the
same name, the one that is named like its image keeps it, or else the first one; the others are named like their
repositories, with the extension of the image.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath

from chemigram_core.shoot.file_names import SUFFIX


def flat_names(images: Mapping[str, str | None]) -> dict[str, str]:
    """The name for each repository's image; `images` has the image of each repository, if it has one."""
    used: set[str] = set()
    names: dict[str, str] = {}
    for repository in sorted(images, key=lambda repository: (images[repository] != repository, repository)):
        candidates = _candidates(repository, images[repository] or repository)
        names[repository] = next(name for name in candidates if used.isdisjoint(_both(name)))
        used.update(_both(names[repository]))
    return names


def _both(name: str) -> tuple[str, str]:
    """The names of an image and of its sidecar."""
    return name, f"{name}{SUFFIX}"


def _candidates(repository: str, image: str) -> Iterator[str]:
    yield image
    extension = PurePath(image).suffix
    name = repository.removesuffix(extension)
    while True:
        yield f"{name}{extension}"
        name += "_"
