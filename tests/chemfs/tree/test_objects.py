"""Opening an object to verify it, and reading it, are one read."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from chemfs.tree import objects
from chemfs.tree.objects import ObjectFile, open_mask, open_snapshot
from chemigram_core.names import MaskName
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from chemigram_core.store.objects import Kind
from tests.support.builders import mask, sidecar
from tests.support.memory import forget_everything

SKY = MaskName("sky")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository.init(tmp_path / "repository")
    save_xmp(made, MAIN, sidecar(1), mask_files={SKY: mask()})
    time.sleep(0.03)  # files that changed in the last 20 ms are read each time
    forget_everything()
    return made


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of all reads from now on."""
    really, sizes = os.pread, []

    def noted(descriptor: int, size: int, offset: int) -> bytes:
        sizes.append(size)
        return really(descriptor, size, offset)

    monkeypatch.setattr(os, "pread", noted)
    return sizes


def test_an_object_is_read_once_to_verify_it_and_to_give_its_bytes(repository: Repository, reads: list[int]) -> None:
    tip = repository.tip(MAIN)
    reads.clear()
    opened = open_snapshot(repository, tip)
    data = bytes(opened.read(1000, 0)) + bytes(opened.read(1 << 20, 1000))
    assert reads == [len(data) + 1]
    assert data == repository.objects.read(tip, Kind.SNAPSHOT)
    opened.release()


def test_bytes_are_held_until_they_are_read(repository: Repository, reads: list[int]) -> None:
    tip = repository.tip(MAIN)
    opened = open_mask(repository, tip, SKY, repository.state(tip).masks[SKY])
    reads.clear()
    first, second = (bytes(opened.read(1 << 20, 0)) for _ in range(2))
    assert (first, reads) == (second, [1 << 20])
    opened.release()


def test_few_bytes_are_held(repository: Repository, reads: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "_HELD_BYTES", 100)
    opened = open_snapshot(repository, repository.tip(MAIN))
    reads.clear()
    opened.read(10, 0)
    assert isinstance(opened, ObjectFile)
    assert reads == [10]
    opened.release()
