"""States with drawn masks in a repository, and how many masks a block of code renders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from chemigram_core.darktable.drawn.raster import mask
from chemigram_core.digest import Digest
from chemigram_core.drawn_files import image_header, pictures, state
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.support.builders import picture
from tests.support.drawn_edits import Sample, Shape, circle, sidecar_of
from tests.support.packets import Fields

SIZE = (90, 60)


def drawn_repository(folder: Path, size: tuple[int, int] = SIZE) -> Repository:
    """A repository of an image, without a state."""
    folder.mkdir(exist_ok=True)
    return Repository.init(folder / "repository", picture(folder / "a.tif", size))


def save_drawn(repository: Repository, *shapes: Shape) -> Digest:
    """Save an edit with an instance of velvia for each shape; its mask is called velvia-m0, and so on."""
    return save_samples(repository, [Sample("", "", shape) for shape in shapes])


def save_samples(repository: Repository, samples: Sequence[Sample], *, before: Sequence[Fields] = ()) -> Digest:
    return save_xmp(repository, MAIN, sidecar_of(samples, before=before)).digest


def disc(number: int) -> Shape:
    """A circle, another one for each number."""
    return circle((0.5, 0.5), 0.1 + number / 10_000, 0.1)


@contextmanager
def renderings() -> Iterator[list[object]]:
    """What is rendered in the block, with nothing rendered, read or parsed before."""
    pictures._compressed.clear()
    state._known.clear()
    image_header._headers._known.clear()
    found: list[object] = []
    real = mask.grayscale

    def grayscale(recipe: object, raster: object) -> object:
        found.append(recipe)
        return real(recipe, raster)  # type: ignore[arg-type]

    with patch.object(mask, "grayscale", grayscale):
        yield found
