"""scratch/: other programs' files in the folders of branches. Kept as they are; never versioned, checked or synced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from chemigram_core.durable.folder import Folder
from chemigram_core.image import Image, is_near_sidecar
from chemigram_core.names import BranchName
from chemigram_core.refs.head import OnBranch
from chemigram_core.refs.refs import Refs

FOLDER = "scratch"


def parts_of(branch: BranchName) -> tuple[str, ...]:
    """The folder of a branch's files, below the repository's."""
    return (FOLDER, *branch.split("/"))


def near_misses(root: Path, refs: Refs, image: Image | None) -> Iterator[str]:
    """The files that a person may take for the sidecar, as paths in a mount: `heads/main/IMG.xmp`."""
    head = refs.head()
    for branch in sorted({*refs.branches(), *((head.branch,) if isinstance(head, OnBranch) else ())}):
        with suppress(FileNotFoundError, NotADirectoryError), Folder.enter(root, *parts_of(branch)) as folder:
            yield from (f"heads/{branch}/{name}" for name in folder.names() if is_near_sidecar(name, image))
