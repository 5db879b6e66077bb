"""scratch/: other programs' files in the folders of branches. Kept as they are; never versioned, checked or synced."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from chemigram_core.durable.folder import Folder
from chemigram_core.names import BranchName

FOLDER = "scratch"


def parts_of(branch: BranchName) -> tuple[str, ...]:
    """The folder of a branch's files, below the repository's."""
    return (FOLDER, *branch.split("/"))


def names_of(root: Path, branch: BranchName) -> list[str]:
    """The names in the folder of a branch's files; none if there is no such folder."""
    with suppress(FileNotFoundError, NotADirectoryError), Folder.enter(root, *parts_of(branch)) as folder:
        return folder.names()
    return []
