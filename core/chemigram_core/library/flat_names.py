"""The names of a folder's images beside each other, where each repository gives one image. Pure.

An image keeps its own name, and one without an image the name of its repository. Two repositories may have images of
the same name: then the later one, in the order of the repositories, gets underscores before its extension.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chemigram_core.shoot.file_names import SUFFIX


def flat_names(images: Mapping[str, str | None]) -> dict[str, str]:
    """The name for each repository's image; `images` has the image of each repository, if it has one."""
    used: set[str] = set()
    names: dict[str, str] = {}
    for repository in sorted(images):
        name = next(name for name in _candidates(images[repository] or repository) if used.isdisjoint(_both(name)))
        used.update(_both(name))
        names[repository] = name
    return names


def _both(name: str) -> tuple[str, str]:
    """The names of an image and of its sidecar."""
    return name, f"{name}{SUFFIX}"


def _candidates(name: str) -> Iterator[str]:
    stem, dot, extension = name.rpartition(".")
    if not stem:
        stem, dot, extension = name, "", ""
    while True:
        yield f"{stem}{dot}{extension}"
        stem += "_"
