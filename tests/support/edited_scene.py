"""Repositories of the landscape with pictures of their states, as `chemfs render` leaves them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from chemigram_core.digest import Digest
from chemigram_core.names import BranchName, MaskName, TagName
from chemigram_core.operations import refs
from chemigram_core.operations.save import save_xmp
from chemigram_core.previews.image_identity import present_identity
from chemigram_core.previews.preview_name import Rendering
from chemigram_core.previews.previews import Previews
from chemigram_core.repository import MAIN, Repository
from tests.support.builders import sidecar
from tests.support.scene import Look, jpeg, landscape, sky_mask, spot_mask

IMAGE = "0" * 16  # of a preview whose image is away: any will do
WARM, DARK = BranchName("warm"), BranchName("black and white")


def edited(root: Path, seed: int = 1, size: tuple[int, int] = (900, 600)) -> Repository:
    """Seven states on three branches, two of them with masks, and two tags. The last on main has no picture."""
    repository = Repository.init(root)
    masks = {MaskName("sky"): sky_mask(seed, size), MaskName("reflection"): spot_mask(size)}
    first = save(repository, MAIN, 1, "imported", seed, look=Look(ev=-0.9, saturation=0.5), size=size)
    second = save(repository, MAIN, 2, "exposure", seed, look=Look(ev=0.1, contrast=0.4, saturation=0.9), size=size)
    refs.create_branch(repository, WARM, second)
    save(repository, WARM, 12, "golden hour", seed, look=Look(0.45, 0.55, 0.9, 1.25), size=size)
    save(repository, MAIN, 3, "sky darkened", seed, look=Look(0.15, -0.15, 1.2, 1.1), size=size, masks=masks)
    refs.create_tag(repository, TagName("v1_export"), "main")
    refs.create_branch(repository, DARK, first)
    save(repository, DARK, 22, "", seed, look=Look(ev=0.2, contrast=1.5, saturation=0), size=size)
    save(repository, WARM, 13, "a little less", seed, look=Look(0.35, 0.35, 0.8, 1.15), size=size)
    refs.create_tag(repository, TagName("portfolio"), "warm")
    save(repository, MAIN, 4, "for the print", seed, look=Look(0.5, -0.05, 1.0, 1.2), size=size, masks=masks)
    return repository


def save(
    repository: Repository,
    branch: BranchName,
    exposure: int,
    label: str,
    seed: int = 1,
    *,
    look: Look | None = None,
    size: tuple[int, int] = (90, 60),
    masks: dict[MaskName, bytes] | None = None,
) -> Digest:
    """Save an edit on a branch, with its picture unless `look` is None."""
    xmp = sidecar(exposure, rating=exposure % 5, entries=min(exposure, 3))
    digest = save_xmp(repository, branch, xmp, mask_files=masks or {}, label=label or None).digest
    if look is not None:
        put_picture(repository, digest, jpeg(landscape(seed, look, size)))
    return digest


def put_picture(repository: Repository, state: Digest, picture: bytes) -> None:
    """Put a picture of a state where `chemfs render` does."""
    image = present_identity(repository.image) or IMAGE
    rendering = Rendering.of(repository.states.edit(state), image, 1024, "5.2.0")
    Previews(repository.root).put(state, rendering, picture)


def plain_jpeg(level: int) -> bytes:
    """A small even picture."""
    return jpeg(Image.fromarray(np.full((60, 90, 3), level, np.uint8)))
