"""Matches the sidecars of a folder with its images, by their names alone, as darktable does. Pure.

`IMG.EXT.xmp` is the sidecar of IMG.EXT, with the number 0; `IMG_01.EXT.xmp` is that of its first duplicate, unless
there is an image IMG_01.EXT: then it is that image's sidecar.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from chemigram_core.roll_file import MAX_NUMBER
from chemigram_core.shoot.problem import Kind

SUFFIX = ".xmp"

_DUPLICATE = re.compile(r"(.+)_([0-9]{2,})(\.[^.]+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ImageNames:
    """An image and its sidecars by their numbers, in ascending order."""

    image: str
    sidecars: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Stray:
    """A sidecar that belongs to no image."""

    name: str
    kind: Kind
    says: str


def match(images: Collection[str], sidecars: Collection[str]) -> tuple[list[ImageNames], list[Stray]]:
    """The images of a folder with their sidecars, sorted by name, and the sidecars without an image."""
    known, found, strays = frozenset(images), {image: dict[int, str]() for image in sorted(images)}, list[Stray]()
    for name in sorted(sidecars, key=lambda name: (len(name), name)):  # `_07` before `_007`
        if (owner := owner_of(name.removesuffix(SUFFIX), known)) is None:
            strays.append(_stray(name, known))
        elif (taken := found[owner[0]].setdefault(owner[1], name)) != name:
            strays.append(Stray(name, Kind.NO_IMAGE, f"{taken} has the same number"))
    matched = [ImageNames(image, dict(sorted(numbers.items()))) for image, numbers in found.items()]
    return matched, sorted(strays, key=lambda stray: stray.name)


def sidecar_name(image: str, number: int) -> str | None:
    """The sidecar of an image with that number; None for a duplicate of an image without an extension."""
    if number == 0:
        return image + SUFFIX
    stem, dot, extension = image.rpartition(".")
    return f"{stem}_{number:02d}{dot}{extension}{SUFFIX}" if stem and extension else None


def owner_of(stem: str, images: Collection[str]) -> tuple[str, int] | None:
    """The image that a sidecar is about, and its number; `stem` is the sidecar's name without its suffix."""
    if stem in images:
        return stem, 0
    if (found := _DUPLICATE.fullmatch(stem)) and found[1] + found[3] in images:
        number = int(found[2])
        return (found[1] + found[3], number) if 0 < number <= MAX_NUMBER else None
    return None


def _stray(name: str, images: Collection[str]) -> Stray:
    stem = name.removesuffix(SUFFIX)
    if same := next(_named_alike(stem, images), None):
        return Stray(
            name, Kind.FOREIGN, f"a sidecar of {same} in another program's naming scheme; darktable's is {same}.xmp"
        )
    alike = next((image for image in sorted(images) if image.casefold() == stem.casefold()), None)
    hint = "" if alike is None else f"; {alike} differs in upper and lower case"
    return Stray(name, Kind.NO_IMAGE, f"no image {stem} beside it{hint}")


def _named_alike(stem: str, images: Collection[str]) -> Iterator[str]:
    """The images that have that name without their extension."""
    return (image for image in sorted(images) if image.rpartition(".")[0] == stem)
