"""Removes objects that no process has open. For the collector, which holds the repository's lock.

A reader of an object marks its file as in use until it is closed (ObjectStore.open). Removals are not synced
one by one: only the order of two kinds of removals matters, and `sync` runs between them, without the lock.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from chemigram_core.durable.folder import Folder
from chemigram_core.durable.in_use import is_in_use
from chemigram_core.store.objects import StoredObject, file_names


def remove_unopened(root: Path, found: Iterable[StoredObject]) -> list[StoredObject]:
    """Remove the objects that no process has open, and return those that were removed. Raises OSError."""
    gone: list[StoredObject] = []
    for shard, group in groupby(found, key=_shard):
        with Folder.enter(root, "objects", shard) as folder:
            gone.extend(one for one in group if _remove(folder, one))
    return gone


def sync(root: Path, gone: Iterable[StoredObject]) -> None:
    """Make removals durable."""
    for shard in sorted(set(map(_shard, gone))):
        with Folder.enter(root, "objects", shard) as folder:
            folder.sync()


def _shard(found: StoredObject) -> str:
    return found.digest.shard


def _remove(folder: Folder, found: StoredObject) -> bool:
    for name in file_names(found.digest, found.kind):
        with suppress(FileNotFoundError):
            descriptor = folder.open(name)
            try:
                if is_in_use(descriptor):
                    return False
                os.unlink(name, dir_fd=folder.descriptor)
            finally:
                os.close(descriptor)
    return True
