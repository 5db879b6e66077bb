"""The same states in every form that is compared: a repository, an ordinary folder, a TAR archive.

There are five trees of different content, so that what one task has looked at is new to the next one. All have many
small states; `states` has branches, tags and a state with a mask of 200 MB, too.
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

NAMES = ("states", "find", "list", "copy", "drawn")
BRANCHES = (MAIN, *(BranchName(f"side-{number}") for number in range(1, 4)))
TAGS = tuple(TagName(f"v{number}") for number in range(100))
MASK = MaskName("subject")
_LARGE = BranchName("large")
_MASK_BYTES = 200_000
_LARGE_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Tree:
    """Where each form of a tree is, and its snapshots, oldest first."""

    repository: Path
    plain: Path
    archive: Path
    snapshots: list[str]


def build(folder: Path, states: int) -> dict[str, Tree]:
    """Write all trees into a folder, by name. Nothing of it is worth an fsync."""
    image = picture(folder / "a.tif")
    built = {}
    with patch.object(os, "fsync", lambda _: None):
        for number, name in enumerate(NAMES):
            repository = Repository.init(folder / "repositories" / name, image)
            _fill(repository, states, number * states)
            if name == "states":
                _add_refs(repository, folder / "plain" / name)
            built[name] = _in_all_forms(repository, folder / "plain" / name)
    return built


def _in_all_forms(repository: Repository, plain: Path) -> Tree:
    for digest in saves(repository):
        export(repository, digest, plain / "snapshots" / digest, drawn=True)
    archive = plain.with_suffix(".tar")
    subprocess.run(["tar", "-cf", archive, "-C", plain, "."], check=True)
    return Tree(repository.root, plain, archive, list(saves(repository)))


def _fill(repository: Repository, states: int, first: int) -> None:
    """Save edits of 20 KB, each with a mask of its own."""
    for number in range(first, first + states):
        save_xmp(repository, MAIN, edit(number), mask_files={MASK: noise(number, _MASK_BYTES)})


def _add_refs(repository: Repository, folder: Path) -> None:
    """Branches and tags of the last state, here and there, and a branch with a large mask."""
    tip = repository.tip(MAIN)
    for branch in (*BRANCHES[1:], _LARGE):
        create_branch(repository, branch)
    for tag in TAGS:
        create_tag(repository, tag)
    for path in (*(f"heads/{branch}" for branch in BRANCHES), *(f"tags/{tag}" for tag in TAGS)):
        export(repository, tip, folder / path, drawn=True)
    save_xmp(repository, _LARGE, edit(-1), mask_files={MASK: noise(-1, _LARGE_BYTES)})
