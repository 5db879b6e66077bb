"""Compare drawn masks with those that the real darktable exports, pixel by pixel, and print how far they are apart.

    python -m scripts.drawn_masks [--every] [--sidecars FOLDER | --random COUNT [--seed SEED]] [KIND]...

Draws a sample of each kind of shape, operator and option in pictures of several sizes, reduced ones too, and some in
raw files, in turned pictures and in cropped ones. --sidecars takes the masks from all XMPs below a folder instead,
--random draws that many edits at random.
Prints a line for each kind: the largest and the mean difference of all its masks (0 to 1), and the largest share of
pixels that are more than 0.01 off; --every prints one for each mask. The exit code is 1 if a mask is beyond the limits
of its kind, or one that is shifted by a pixel is not; at random some masks are too soft for that.
It runs darktable-cli about 140 times, eight minutes in all.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.support.drawn_at_random import edits_at_random
from tests.support.drawn_comparison import Compared, Limits, compared
from tests.support.drawn_edits import Sample
from tests.support.drawn_samples import samples
from tests.support.drawn_scenes import SCENES, TURNED, Scene
from tests.support.real_samples import samples_of


def main() -> int:
    parser = argparse.ArgumentParser(description="compare drawn masks with darktable's")
    parser.add_argument("--every", action="store_true")
    parser.add_argument("--sidecars", type=Path, metavar="FOLDER")
    parser.add_argument("--random", type=int, default=0, metavar="COUNT")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("kinds", nargs="*", metavar="KIND")
    options = parser.parse_args()
    found = defaultdict[str, list[Compared]](list)
    print(f"{'kind':<50} masks  largest      mean     share")
    for label, one in comparisons(options.kinds, edits(options)):
        found[one.sample.kind].append(one)
        if options.every or not one.is_within_limits:
            print(line(f"{label} {one.sample.kind}: {one.sample.name}", [one]), flush=True)
    for kind, masks in found.items():
        print(line(kind, masks))
    beyond = [one for masks in found.values() for one in masks if not one.is_within_limits]
    sharp = [] if options.random else [one for masks in found.values() for one in masks if varies(one)]
    unseen = [one for one in sharp if one.shifted().is_within_limits]
    print(f"{sum(map(len, found.values()))} masks, {len(beyond)} beyond the limits, {len(unseen)} shifted ones unseen")
    return 1 if beyond or unseen or not found else 0


def edits(options: argparse.Namespace) -> Iterable[tuple[Scene, list[Sample]]]:
    if options.random:
        return edits_at_random(options.seed, options.random)
    return [(SCENES[0], samples_of(options.sidecars))] if options.sidecars else scenes_with_samples()


def comparisons(kinds: Sequence[str], edits: Iterable[tuple[Scene, list[Sample]]]) -> Iterator[tuple[str, Compared]]:
    for scene, all_samples in edits:
        wanted = [sample for sample in all_samples if not kinds or sample.kind in kinds]
        with tempfile.TemporaryDirectory(prefix="drawn-") as folder:
            yield from ((scene.label, one) for one in compared(wanted, Path(folder), scene))


def scenes_with_samples() -> Iterator[tuple[Scene, list[Sample]]]:
    yield from ((scene, samples()) for scene in SCENES)
    yield from ((scene, [sample for sample in samples() if sample.name in scene.few]) for scene in TURNED)


def varies(one: Compared) -> bool:
    """Whether a shift can be seen: a mask may be the same everywhere."""
    return bool(one.darktables.min() < one.darktables.max())


def line(label: str, masks: Sequence[Compared]) -> str:
    distances: list[Limits] = [one.distance for one in masks]
    largest, share = max(each.largest for each in distances), max(each.share for each in distances)
    mean = sum(each.mean for each in distances) / len(distances)
    return f"{label:<50} {len(masks):>5}  {largest:>7.4f}  {mean:>8.6f}  {share:>7.3%}"


if __name__ == "__main__":
    sys.exit(main())
