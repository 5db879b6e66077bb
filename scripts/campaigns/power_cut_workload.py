"""What the power-cut campaign traces: all that changes a repository, `rounds` times, and after each change a mark.

    python -m scripts.campaigns.power_cut_workload REPOSITORY MARKS ROUNDS (synced | nothing-synced | folders-unsynced)

After each change the state of the repository is written to MARKS, outside the repository, as a line of JSON.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from chemigram_core import gc
from chemigram_core.digest import Digest
from chemigram_core.names import BranchName, MaskName, TagName
from chemigram_core.operations.refs import checkout, create_branch, create_tag, delete_branch, rename_branch
from chemigram_core.operations.save import remove_masks, rename_mask, save_mask, save_xmp
from chemigram_core.refs.head import Detached, OnBranch
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind
from tests.support.builders import mask, sidecar

MAIN, SKY, TREE = BranchName("main"), MaskName("sky"), MaskName("tree")
_fsync = os.fsync


def main() -> None:
    """Make the changes."""
    root, marks, rounds, durability = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    vars(os)["fsync"] = {"synced": _fsync, "nothing-synced": _never, "folders-unsynced": _files_alone}[durability]
    with marks.open("wb", buffering=0) as file:
        for change in _changes(root, rounds):
            change()
            file.write(json.dumps(state_of(root)).encode() + b"\n")


def state_of(root: Path) -> dict[str, dict[str, str]]:
    """Everything of a repository but its links: the text of refs, HEAD, log and registry; the names of objects."""
    texts = [root / "HEAD", root / "log.jsonl", root / "masks" / "registry.json", *sorted((root / "refs").rglob("*"))]
    return {
        "texts": {path.relative_to(root).as_posix(): path.read_text() for path in texts if path.is_file()},
        "objects": {path.relative_to(root).as_posix(): "" for path in (root / "objects").glob("??/*")},
    }


def _changes(root: Path, rounds: int) -> Iterator[Callable[[], object]]:
    yield lambda: Repository.init(root)
    repository = Repository(root)
    yield lambda: save_xmp(repository, MAIN, sidecar(1))
    for number in range(1, rounds + 1):
        yield from _round(repository, number)


def _round(repository: Repository, number: int) -> Iterator[Callable[[], object]]:
    side, other = BranchName.parse(f"side/try-{number}"), BranchName.parse(f"other-{number}")
    version = TagName.parse(f"v-{number}")
    yield lambda: _save_after_a_killed_saver(repository, sidecar(100 * number))
    yield lambda: _save_mask_after_a_killed_saver(repository, mask(number))
    yield lambda: save_xmp(repository, MAIN, sidecar(100 * number + 1), mask_files={TREE: mask(100 + number)})
    yield lambda: rename_mask(repository, MAIN, TREE, MaskName("wood"))
    yield lambda: create_branch(repository, side)
    yield lambda: create_tag(repository, version)
    yield lambda: checkout(repository, OnBranch(side))
    yield lambda: save_xmp(repository, side, sidecar(100 * number + 2), mask_files={TREE: mask(200 + number)})
    yield lambda: remove_masks(repository, side, repository.state(repository.tip(side)).masks)
    yield lambda: checkout(repository, Detached(repository.tip(version)))
    yield lambda: rename_branch(repository, side, other)
    yield lambda: checkout(repository, OnBranch(MAIN))
    yield lambda: delete_branch(repository, other)
    yield lambda: repository.rejected.keep(b"no XMP", "heads/main/image.xmp", "not an XMP")
    yield lambda: gc.collect(repository, timedelta(0))
    yield lambda: save_xmp(repository, MAIN, sidecar(100 * number))


def _save_after_a_killed_saver(repository: Repository, data: bytes) -> None:
    """Another process saved the same and was killed before the ref was durable; this save makes it durable."""
    with _unsynced(repository.root / "refs" / "heads"):
        save_xmp(repository, MAIN, data)
    save_xmp(repository, MAIN, data)


def _save_mask_after_a_killed_saver(repository: Repository, data: bytes) -> None:
    """The same for a mask, whose saver was killed before the object's name was durable."""
    with _unsynced(repository.root / "objects" / Digest.of(data).shard):
        repository.objects.put(data, Kind.MASK)
    save_mask(repository, MAIN, SKY, data)


@contextmanager
def _unsynced(folder: Path) -> Iterator[None]:
    """Names in `folder` are not synced in the context, everything else as before."""
    fsync = os.fsync

    def sync(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink() != folder:
            fsync(descriptor)

    with patch.object(os, "fsync", sync):
        yield


def _never(_: int) -> None:
    """A writer that doesn't sync."""


def _files_alone(descriptor: int) -> None:
    """A writer that doesn't know that names need a sync of their own."""
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        _fsync(descriptor)


if __name__ == "__main__":
    main()
