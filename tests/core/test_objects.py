"""An object matches its name, or a reader gets an error."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chemigram_core.digest import Digest
from chemigram_core.errors import ObjectDamaged, ObjectMissing
from chemigram_core.store.objects import Kind, ObjectStore
from chemigram_core.store.sweep import remove_unopened
from tests.support.builders import mask


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    (tmp_path / "objects").mkdir()
    return ObjectStore(tmp_path)


def file_of(tmp_path: Path, digest: Digest, suffix: str = ".xmp") -> Path:
    return tmp_path / "objects" / digest[:2] / (digest[2:] + suffix)


def test_object_is_stored_under_its_sha256_with_its_kind_as_suffix(store: ObjectStore, tmp_path: Path) -> None:
    snapshot, picture = store.put(b"<x/>", Kind.SNAPSHOT), store.put(mask(), Kind.MASK)
    assert file_of(tmp_path, snapshot).read_bytes() == b"<x/>"
    assert file_of(tmp_path, picture, ".png").read_bytes() == mask()
    assert store.read(picture, Kind.MASK) == mask()


def test_the_same_bytes_are_written_once(store: ObjectStore, tmp_path: Path) -> None:
    digest = store.put(b"<x/>", Kind.SNAPSHOT)
    before = file_of(tmp_path, digest).stat()
    assert store.put(b"<x/>", Kind.SNAPSHOT) == digest
    after = file_of(tmp_path, digest).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_repository_with_bare_names_keeps_bare_names(tmp_path: Path) -> None:
    old = Digest.of(b"<old/>")
    file_of(tmp_path, old, "").parent.mkdir(parents=True)
    file_of(tmp_path, old, "").write_bytes(b"<old/>")
    store = ObjectStore(tmp_path)
    new, picture = store.put(b"<new/>", Kind.SNAPSHOT), store.put(mask(), Kind.MASK)
    assert store.read(old, Kind.SNAPSHOT) == b"<old/>"
    assert file_of(tmp_path, new, "").read_bytes() == b"<new/>"
    assert {found.digest: found.kind for found in store} == {
        old: Kind.SNAPSHOT,
        new: Kind.SNAPSHOT,
        picture: Kind.MASK,
    }
    for digest, other in ((old, Kind.MASK), (picture, Kind.SNAPSHOT)):  # a bare name doesn't tell the kind
        with pytest.raises(ObjectMissing):
            store.read(digest, other)


@pytest.mark.parametrize("damage", [b"", b"<y/>", b"<x/>more"])
def test_damaged_object_is_never_returned(store: ObjectStore, tmp_path: Path, damage: bytes) -> None:
    digest = store.put(b"<x/>", Kind.SNAPSHOT)
    file_of(tmp_path, digest).write_bytes(damage)
    with pytest.raises(ObjectDamaged):
        store.read(digest, Kind.SNAPSHOT)


def test_storing_a_damaged_object_again_heals_it(store: ObjectStore, tmp_path: Path) -> None:
    digest = store.put(b"<x/>", Kind.SNAPSHOT)
    file_of(tmp_path, digest).write_bytes(b"")
    store.put(b"<x/>", Kind.SNAPSHOT)
    assert store.read(digest, Kind.SNAPSHOT) == b"<x/>"


@pytest.mark.parametrize("is_back_dated", [False, True])
def test_damage_after_the_first_read_is_detected(store: ObjectStore, tmp_path: Path, *, is_back_dated: bool) -> None:
    digest = store.put(b"<x/>", Kind.SNAPSHOT)
    store.read(digest, Kind.SNAPSHOT)
    before = file_of(tmp_path, digest).stat()
    file_of(tmp_path, digest).write_bytes(b"<y/>")
    if is_back_dated:  # as a program does that copies times along
        os.utime(file_of(tmp_path, digest), ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(ObjectDamaged):
        store.read(digest, Kind.SNAPSHOT)


def test_a_refused_read_leaves_no_descriptor_open(store: ObjectStore, tmp_path: Path) -> None:
    digest = store.put(b"<x/>", Kind.SNAPSHOT)
    file_of(tmp_path, digest).write_bytes(b"<y/>")
    before = os.listdir("/proc/self/fd")
    for _ in range(3):
        with pytest.raises(ObjectDamaged):
            store.open(digest, Kind.SNAPSHOT)
    assert os.listdir("/proc/self/fd") == before


def test_mask_is_not_a_snapshot(store: ObjectStore) -> None:
    digest = store.put(mask(), Kind.MASK)
    with pytest.raises(ObjectMissing):
        store.read(digest, Kind.SNAPSHOT)
    assert not store.has(digest, Kind.SNAPSHOT)


def test_symlink_in_the_store_is_damaged(store: ObjectStore, tmp_path: Path) -> None:
    digest = Digest.of(b"secret")
    (tmp_path / "secret").write_bytes(b"secret")
    file_of(tmp_path, digest).parent.mkdir()
    file_of(tmp_path, digest).symlink_to(tmp_path / "secret")
    with pytest.raises(ObjectDamaged):
        store.read(digest, Kind.SNAPSHOT)


def test_an_object_that_is_open_is_not_removed(store: ObjectStore, tmp_path: Path) -> None:
    digest = store.put(b"<x/>", Kind.SNAPSHOT)
    with os.fdopen(store.open(digest, Kind.SNAPSHOT), "rb") as file:
        assert remove_unopened(tmp_path, list(store)) == []
        assert file.read() == b"<x/>"
    assert [gone.digest for gone in remove_unopened(tmp_path, list(store))] == [digest]
    assert not store.has(digest, Kind.SNAPSHOT)
