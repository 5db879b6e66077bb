"""Whether the image of a repository can be read, and whether it has only one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from chemigram_core.fsck.finding import Finding, Problem, alien
from chemigram_core.image.extensions import is_image
from chemigram_core.image.location import image_problem
from chemigram_core.image.raw_folder import FOLDER, Image, images


def image_findings(root: Path) -> Iterator[Finding]:
    """The problems in raw/."""
    found = list(images(root))
    if found and found[0].is_followed and (problem := image_problem(found[0])) is not None:
        yield Finding(Problem.IMAGE_UNAVAILABLE, f"{FOLDER}/{found[0].name}", str(problem))
    for other in found[1:]:
        yield _surplus(f"{FOLDER}/{other.name}", found[0]) if is_image(other.name) else alien(f"{FOLDER}/{other.name}")


def _surplus(path: str, image: Image) -> Finding:
    says = f"another image, which no state shows: that of the repository is {image.name}"
    return Finding(Problem.IMAGE_SURPLUS, path, says)
