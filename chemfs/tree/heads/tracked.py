"""The files of a branch that are versioned: the XMP under its two names, and the masks. Values; knows no file."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from chemigram_core.errors import InvalidName
from chemigram_core.layout import MASK_FOLDER, XMP_FILE
from chemigram_core.names import MaskName, folded

Parts = tuple[str, ...]
"""The names that lead from a branch's folder to a file that is not versioned."""

MASK_SUFFIX = ".png"
_PICTURE_SUFFIXES = (MASK_SUFFIX, ".pfm", ".tif", ".tiff", ".jpg", ".jpeg")


@dataclass(frozen=True, slots=True)
class Xmp:
    """image.xmp."""

    def __str__(self) -> str:
        return XMP_FILE


@dataclass(frozen=True, slots=True)
class Sidecar:
    """<IMG.EXT>.xmp: the same XMP under the name that darktable looks for beside the image."""

    def __str__(self) -> str:
        return XMP_FILE


@dataclass(frozen=True, slots=True)
class Mask:
    """masks/<name>.png."""

    name: MaskName

    def __str__(self) -> str:
        return f"{MASK_FOLDER}/{self.name.file_name}"


class Place(Protocol):
    """An image among others in a roll."""

    def is_taken(self, number: int) -> bool:
        """Whether the sidecar with that number would be another image's."""

    def saved(self) -> None:
        """Something was saved under a number."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """The sidecar of a number in roll/: it may become a state of another branch than the one that it was opened on."""

    number: int
    place: Place = field(compare=False)

    def __str__(self) -> str:
        return XMP_FILE


InFolder = Xmp | Sidecar | Mask
"""What is versioned in the folder of a branch."""

Tracked = InFolder | Numbered


def mask_called(file_name: str) -> Mask | None:
    """The mask whose file in masks/ has that name; None if no mask can have it."""
    if file_name.endswith(MASK_SUFFIX):
        with suppress(InvalidName):
            return Mask(MaskName(file_name.removesuffix(MASK_SUFFIX)))
    return None


def looks_like_mask(file_name: str) -> bool:
    """Whether users would take a file of that name in masks/ for a mask. A name that begins with a dot is hidden."""
    return (plain := folded(file_name)).endswith(_PICTURE_SUFFIXES) and not plain.startswith(".")
