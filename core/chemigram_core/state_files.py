"""A state as a list of files: what a mount shows, an export copies and a comparison lists. Reads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from chemigram_core.digest import Digest
from chemigram_core.image.raw_folder import Image
from chemigram_core.layout import MASK_FOLDER, XMP_FILE
from chemigram_core.states import State
from chemigram_core.store.objects import Kind


@dataclass(frozen=True, slots=True)
class ObjectFile:
    """A file whose bytes are those of an object."""

    digest: Digest
    kind: Kind


StateFile: TypeAlias = ObjectFile | Image


def xmp_names(image: Image | None) -> tuple[str, ...]:
    """The names that the XMP has in each state: with an image also the one that darktable looks for beside it."""
    return (XMP_FILE,) if image is None else (XMP_FILE, image.sidecar_name)


def state_files(state: State, image: Image | None) -> Mapping[str, StateFile]:
    """The files of a state by their paths in it, the XMP first: copied in this order, it is there before the masks.

    With an image these are also the image, and the XMP under its second name.
    """
    xmp = ObjectFile(state.digest, Kind.SNAPSHOT)
    masks = {f"{MASK_FOLDER}/{name.file_name}": ObjectFile(mask, Kind.MASK) for name, mask in state.masks.items()}
    first, *others = xmp_names(image)
    images = {} if image is None else {image.name: image}
    return {first: xmp, **images, **dict.fromkeys(others, xmp), **masks}
