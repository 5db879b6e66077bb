"""Drafts and removals when the store fails under them: nothing is cut, nothing stays behind, nothing is forgotten."""

from __future__ import annotations

import errno
import math
import os
import resource
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chemfs.filesystem import Filesystem
from chemigram_core import branching, saving
from chemigram_core.names import BranchName, MaskName
from chemigram_core.repository import MAIN, Repository
from tests.builders import mask, sidecar

XMP, MASK = "/heads/main/image.xmp", "/heads/main/masks/sky.png"


@pytest.fixture
def view(tmp_path: Path) -> Filesystem:
    repository = Repository.init(tmp_path / "repository")
    saving.save_xmp(repository, MAIN, sidecar(), mask_files={MaskName("sky"): mask(size=(300, 200), compress_level=0)})
    return Filesystem(repository.root)


@pytest.fixture
def little_room(view: Filesystem) -> Iterator[None]:
    """No file may grow larger than a tenth of the mask from now on, as on a disk that is nearly full."""
    handler, limits = signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    signal.signal(signal.SIGXFSZ, handler)


def drafts(view: Filesystem) -> list[str]:
    return os.listdir(view.root / "scratch" / ".drafts")


@pytest.mark.usefixtures("little_room")
def test_a_file_that_does_not_fit_is_not_opened_cut(view: Filesystem) -> None:
    descriptors = len(os.listdir("/proc/self/fd"))
    with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
        view.number(MASK, os.O_RDWR)
    assert drafts(view) == []
    assert len(os.listdir("/proc/self/fd")) == descriptors


def test_a_draft_goes_even_when_closing_it_fails(view: Filesystem, monkeypatch: pytest.MonkeyPatch) -> None:
    number = view.number(XMP, os.O_RDWR)
    close = os.close

    def close_and_fail(descriptor: int) -> None:
        close(descriptor)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as failing, pytest.raises(OSError, match=os.strerror(errno.EIO)):
        failing.setattr("chemfs.branch.drafts.os.close", close_and_fail)
        view.release(number)
    assert drafts(view) == []


def test_removals_of_a_branch_are_saved_though_another_branch_is_damaged(
    view: Filesystem, caplog: pytest.LogCaptureFixture
) -> None:
    repository = Repository(view.root)
    damaged, sound = BranchName("damaged"), BranchName("sound")
    for branch in (damaged, sound):
        branching.create_branch(repository, branch)
        changes, parts = view.changes(f"/heads/{branch}/masks/sky.png")
        changes.remove(parts)
    (view.root / "refs" / "heads" / "damaged").write_text("no hash")
    for at in (time.monotonic() + 5.0, time.monotonic() + 6.0):
        assert changes.settle(at)
    assert repository.state(repository.tip(sound)).masks == {}
    assert len(caplog.records) == 1
    assert changes.settle(math.inf)
    (view.root / "refs" / "heads" / "damaged").write_text(f"{repository.tip(MAIN)}\n")
    assert not changes.settle(math.inf)
    assert repository.state(repository.tip(damaged)).masks == {}
