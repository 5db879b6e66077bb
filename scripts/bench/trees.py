"""The same states in every form that is compared: repositories, an ordinary folder, a TAR archive.

A library of five repositories with different content, so that what one task has looked at is new to the next one:
`states`, `find`, `list` and `copy` have many small states; `states` has branches and tags, too; `large` has one mask of
200 MB.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from chemigram_core.names import BranchName, MaskName, TagName
from chemigram_core.operations.export import export
from chemigram_core.operations.refs import create_branch, create_tag
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from scripts.bench.content import edit, noise
from tests.support.builders import picture, saves

MANY = ("states", "find", "list", "copy")
LARGE = "large"
BRANCHES = (MAIN, *(BranchName(f"side-{number}") for number in range(1, 4)))
TAGS = tuple(TagName(f"v{number}") for number in range(100))
MASK = MaskName("subject")
_MASK_BYTES = 200_000
_LARGE_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Trees:
    """Where each form is, and the snapshots in `states` and in `large`."""

    library: Path
    plain: Path
    archive: Path
    states: list[str]
    large: str


def build(folder: Path, states: int) -> Trees:
    """Write all forms into a folder. Nothing of it is worth an fsync."""
    library, plain, archive = folder / "library", folder / "plain", folder / "plain.tar"
    image = picture(folder / "a.tif")
    with patch.object(os, "fsync", lambda _: None):
        for number, name in enumerate(MANY):
            repository = Repository.init(library / name, image)
            _fill(repository, states, number * states)
            _export(repository, plain / name)
        many = Repository(library / MANY[0])
        _add_refs(many, plain / MANY[0])
        large = Repository.init(library / LARGE)
        save_xmp(large, MAIN, edit(0), mask_files={MASK: noise(0, _LARGE_BYTES)})
        _export(large, plain / LARGE)
    subprocess.run(["tar", "-cf", archive, "-C", plain, "."], check=True)
    return Trees(library, plain, archive, list(saves(many)), large.tip(MAIN))


def _fill(repository: Repository, states: int, first: int) -> None:
    """Save edits of 20 KB, each with a mask of its own."""
    for number in range(first, first + states):
        save_xmp(repository, MAIN, edit(number), mask_files={MASK: noise(number, _MASK_BYTES)})


def _export(repository: Repository, folder: Path) -> None:
    """The states as a mount shows them."""
    for digest in saves(repository):
        export(repository, digest, folder / "snapshots" / digest)


def _add_refs(repository: Repository, folder: Path) -> None:
    """Branches and tags of the last state, here and there."""
    tip = repository.tip(MAIN)
    for branch in BRANCHES[1:]:
        create_branch(repository, branch)
    for tag in TAGS:
        create_tag(repository, tag)
    for path in (*(f"heads/{branch}" for branch in BRANCHES), *(f"tags/{tag}" for tag in TAGS)):
        export(repository, tip, folder / path)
