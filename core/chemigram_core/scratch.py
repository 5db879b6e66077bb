"""scratch/: other programs' files in the folders of branches. Never changed, versioned or checked.

They belong to their branch: they move with it when it is renamed, and while there are any it can't be deleted. So no
branch starts with the files of an earlier one of the same name.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from chemigram_core.durable.folder import Folder
from chemigram_core.errors import Refused, shown
from chemigram_core.names import BranchName

FOLDER = "scratch"


class FilesInBranch(Refused):
    """A branch can't be created or deleted because of other programs' files."""

    def __init__(self, branch: BranchName) -> None:
        place = shown("/".join(parts_of(branch)))
        super().__init__(f"other programs' files are in {place} of the repository; move them away, then repeat")


def parts_of(branch: BranchName) -> tuple[str, ...]:
    """The folder of a branch's files, below the repository's."""
    return (FOLDER, *branch.split("/"))


def names_of(root: Path, branch: BranchName) -> list[str]:
    """The names in the folder of a branch's files; none if the folder is missing."""
    with suppress(FileNotFoundError, NotADirectoryError), Folder.enter(root, *parts_of(branch)) as folder:
        return folder.names()
    return []


def clear(root: Path, branch: BranchName) -> None:
    """Remove a branch's folder of files, which may have only empty folders. Raises FilesInBranch, OSError."""
    try:
        folders = list(_folders(root, branch))
    except (FileNotFoundError, NotADirectoryError):  # none, or a link: nothing of the branch
        return
    for parts in reversed(folders):
        with Folder.enter(root, *parts[:-1]) as folder:
            folder.remove_folder(parts[-1])


def move(root: Path, old: BranchName, new: BranchName) -> None:
    """Give the files of a branch to another one, durably. Raises FilesInBranch if that has some, OSError."""
    clear(root, new)
    (*before, name), (*after, new_name) = parts_of(old), parts_of(new)
    with suppress(FileNotFoundError, NotADirectoryError), Folder.enter(root, *before) as source:
        source.stat(name)
        with Folder.make(root, *after) as target:
            os.rename(name, new_name, src_dir_fd=source.descriptor, dst_dir_fd=target.descriptor)
            target.sync()
        source.sync()


def _folders(root: Path, branch: BranchName) -> Iterator[tuple[str, ...]]:
    """The folder of a branch's files and all below it, outermost first. Raises FilesInBranch for anything else."""
    found = [parts_of(branch)]
    for parts in found:  # grows meanwhile
        with Folder.enter(root, *parts) as folder, os.scandir(folder.descriptor) as entries:
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    raise FilesInBranch(branch)
                found.append((*parts, entry.name))
        yield parts
