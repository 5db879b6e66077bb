"""Our drawn masks beside those that darktable exports, and how far apart they may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from chemigram_core.darktable.drawn.module_mask import drawn_masks
from chemigram_core.darktable.drawn.pipe_input import frame_of
from chemigram_core.darktable.drawn.raster.mask import grayscale
from chemigram_core.image.header import read_header
from chemigram_core.sidecar import parse
from tests.support.drawn_edits import Sample
from tests.support.drawn_scenes import Scene
from tests.support.exported_masks import Mask, exported_masks

AT_ONCE = 3  # darktable-cli 4.2.1 exports no more masks of one edit
_FAR = 0.01


@dataclass(frozen=True)
class Limits:
    """How far two masks are apart, 0 to 1: the largest difference, the mean, the share that is more than 0.01 off."""

    largest: float
    mean: float
    share: float


EXACT = Limits(0.01, 0.0005, 0.0)
RAYS, STROKES = Limits(0.06, 0.001, 0.01), Limits(0.1, 0.001, 0.005)  # where whole pixels are one step apart
LIMITS: Mapping[str, Limits] = MappingProxyType({"path": RAYS, "brush": STROKES, "mixed": STROKES})  # others are EXACT
WORSE = 4  # pixels of a mask of these kinds that may be further off than the largest difference


@dataclass(frozen=True)
class Compared:
    """One sample with both masks."""

    sample: Sample
    ours: Mask
    darktables: Mask

    @property
    def distance(self) -> Limits:
        """How far they are apart."""
        apart = self._apart()
        return Limits(float(apart.max()), float(apart.mean()), float((apart > _FAR).mean()))

    @property
    def is_within_limits(self) -> bool:
        distance, limits = self.distance, LIMITS.get(self.sample.kind, EXACT)
        worse = int((self._apart() > limits.largest).sum())
        few = worse <= (WORSE if self.sample.kind in LIMITS else 0)
        return few and distance.mean <= limits.mean and distance.share <= limits.share

    def _apart(self) -> NDArray[np.float64]:
        """As far as can be where their sizes differ."""
        if self.ours.shape != self.darktables.shape:
            return np.ones(self.darktables.shape)
        return np.asarray(np.abs(self.ours.astype(np.int16) - self.darktables) / 255)

    def shifted(self) -> Compared:
        """With ours one pixel to the right and one down, its edges continued: that must be found to be wrong."""
        return replace(self, ours=np.pad(self.ours, ((1, 0), (1, 0)), mode="edge")[:-1, :-1])


def compared(samples: Sequence[Sample], folder: Path, scene: Scene) -> Iterator[Compared]:
    """Each sample drawn in a scene, by darktable and by us."""
    (image := folder / scene.file).write_bytes(scene.image())
    for batch in (samples[at : at + AT_ONCE] for at in range(0, len(samples), AT_ONCE)):
        (sidecar := folder / f"{scene.file}.xmp").write_bytes(scene.sidecar(batch))
        theirs = exported_masks(image, sidecar, (scene.longest, scene.longest))
        for sample, mask, our in zip(batch, theirs, ours(image, sidecar, scene), strict=True):
            yield Compared(sample, our, mask)


def ours(image: Path, sidecar: Path, scene: Scene) -> Iterator[Mask]:
    """Our masks of an edit. Fails where one can't be computed."""
    history = parse(sidecar.read_bytes()).history
    with image.open("rb") as opened:
        raster = frame_of(read_header(opened, image.name), history).reduced(scene.drawn)
    for mask in drawn_masks(history):
        assert mask.recipe is not None, mask.reason
        yield grayscale(mask.recipe, scene.shown(raster))
