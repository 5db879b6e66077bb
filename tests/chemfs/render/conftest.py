"""Repositories of images, and a fake darktable on PATH."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.support import builders, fake_darktable
from tests.support.fake_darktable import Fake

MakeRepository = Callable[..., Repository]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    fake = fake_darktable.install(tmp_path / "programs")
    monkeypatch.setenv("PATH", f"{fake.folder}:{os.environ['PATH']}")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    return fake


@pytest.fixture
def library(tmp_path: Path) -> Path:
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "library.json").write_text("{}")
    (tmp_path / "photographs").mkdir()
    return tmp_path / "library"


@pytest.fixture
def make(library: Path) -> MakeRepository:
    """Makes a repository of an image in the library, with that many states."""

    def make(image: str, states: int = 1) -> Repository:
        photograph = builders.picture(library.parent / "photographs" / image)
        repository = Repository.init(library / image, photograph)
        for exposure in range(states):
            save_xmp(repository, MAIN, builders.sidecar(exposure, image=image))
        return repository

    return make
