"""roll/ on a real mount: what darktable, two mounts, unmounting and kill -9 do to numbers, drafts and first states."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chemigram_core import fsck
from chemigram_core.names import BranchName
from chemigram_core.operations.refs import delete_branch, rename_branch
from chemigram_core.repository import MAIN, Repository
from chemigram_core.roll import pending
from chemigram_core.roll.version_name import version_name
from chemigram_core.roll_file import read_numbers
from chemigram_core.shoot.importer import import_shoot
from chemigram_core.sidecar import parse
from tests.support.builders import saves, sidecar
from tests.support.daemon import Daemon
from tests.support.saved import canonical, named, stored
from tests.support.screen import wait_for
from tests.support.shoots import shoot

pytestmark = pytest.mark.needs_fuse

WARM, THIRD, NEW = BranchName("warm"), BranchName("version-03"), BranchName("version-04")
UNEDITED = sidecar(entries=0)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A library of an imported shoot; its first image has the numbers 0, 1 (warm) and 3."""
    import_shoot(shoot(tmp_path / "wedding"), tmp_path / "library")
    return tmp_path / "library"


@pytest.fixture
def daemon(library: Path, tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(library, tmp_path / "mnt")
    yield daemon
    daemon.unmount()


@pytest.fixture
def roll(daemon: Daemon) -> Path:
    return daemon.mountpoint / "wedding" / "roll"


@pytest.fixture
def first(library: Path) -> Repository:
    return Repository(library / "wedding" / "0.NEF")


def status(place: Path) -> tuple[int, str]:
    command = [sys.executable, "-m", "chemfs", "status", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@pytest.mark.parametrize("taken", [sidecar(0), UNEDITED], ids=["the base's history", "an empty one"])
def test_number_used_again_is_a_branch_of_its_own_in_this_mount_and_the_next(
    library: Path, daemon: Daemon, roll: Path, first: Repository, taken: bytes
) -> None:
    before, shown = first.tip(WARM), (roll / "0_01.NEF.xmp").read_bytes()
    (roll / "0_01.NEF.xmp").write_bytes(taken)
    assert (roll / "0_01.NEF.xmp").read_bytes() == shown, "it still shows its branch"
    assert "0_04.NEF.xmp" in os.listdir(roll)
    (roll / "0_01.NEF.xmp").write_bytes(sidecar(60))
    assert stored(first, NEW) == canonical(sidecar(60)), "darktable goes on with the new duplicate"
    code, said = status(library)
    assert code == 1
    assert "0.NEF" in said.partition("IMAGE")[0]
    daemon.unmount()
    daemon.start()
    (roll / "0_01.NEF.xmp").write_bytes(sidecar(61))
    assert stored(first, NEW) == canonical(sidecar(61))
    (roll / "0_01.NEF.xmp").write_bytes(named(sidecar(62), "warm"))
    assert stored(first, WARM) == canonical(named(sidecar(62), "warm")), "the duplicate that had the number"
    assert first.history.parent(first.tip(WARM)) == before
    assert fsck.check(first.root) == []


def test_open_sidecar_is_saved_on_its_branch_that_is_renamed_meanwhile(roll: Path, first: Repository) -> None:
    with (roll / "0_03.NEF.xmp").open("wb") as file:
        file.write(sidecar(70))
        file.flush()
        rename_branch(first, THIRD, BranchName("client"))
    assert stored(first, BranchName("client")) == canonical(sidecar(70))
    assert first.refs.read(THIRD) is None
    assert read_numbers(first.root)[3].branch == "client"
    wait_for("the new name", lambda: version_name(parse((roll / "0_03.NEF.xmp").read_bytes())) == "client")


def test_open_sidecar_of_a_branch_that_is_deleted_meanwhile_fails_at_close(roll: Path, first: Repository) -> None:
    descriptor = os.open(roll / "0_03.NEF.xmp", os.O_WRONLY | os.O_TRUNC)
    os.write(descriptor, sidecar(70))
    delete_branch(first, THIRD)
    with pytest.raises(FileNotFoundError):
        os.close(descriptor)
    (kept,) = first.rejected.all()
    assert first.refs.read(THIRD) is None
    assert (first.root / "rejected" / kept.file_name).read_bytes() == sidecar(70)
    wait_for("the name to go", lambda: "0_03.NEF.xmp" not in os.listdir(roll))


@pytest.mark.parametrize("ending", ["unmount", "kill"])
@pytest.mark.parametrize("name", ["0_04.NEF.xmp", "more"], ids=["a duplicate", "the first sidecar of an image"])
def test_first_state_that_waits_survives(library: Path, daemon: Daemon, roll: Path, *, ending: str, name: str) -> None:
    path, branch, root = roll / name, NEW, library / "wedding" / "0.NEF"
    if name == "more":
        path, branch = daemon.mountpoint / "wedding" / "more" / "roll" / "z.jpg.xmp", MAIN
        root = library / "wedding" / "more" / "z.jpg"
    repository = Repository(root)
    for timestamp in (1, 2, 3):
        path.write_bytes(sidecar(entries=0, timestamp=timestamp))
    assert path.read_bytes() == sidecar(entries=0, timestamp=3)
    assert path.name in os.listdir(path.parent)
    assert repository.refs.read(branch) is None
    if ending == "unmount":
        daemon.unmount()
        assert stored(repository, branch) == canonical(sidecar(entries=0, timestamp=3))
        daemon.start()
    else:
        daemon.kill()
        daemon.start()
        assert parse(path.read_bytes()).edit_digest == parse(UNEDITED).edit_digest, "at its name, as before"
        wait_for("its first state", lambda: not pending.times_ns(root))
    assert len(list(repository.log.of_ref(branch.ref))) == 1
    assert (pending.times_ns(root), repository.rejected.all()) == ({}, [])
    assert fsck.check(root) == []


def test_first_state_with_a_history_is_one_state(roll: Path, first: Repository) -> None:
    """As darktable writes a duplicate."""
    before = len(saves(first))
    for data in (UNEDITED, UNEDITED, sidecar(5)):
        (roll / "0_04.NEF.xmp").write_bytes(data)
    assert len(saves(first)) == before + 1
    assert stored(first, NEW) == canonical(sidecar(5))
    assert read_numbers(first.root)[4].branch == NEW


def test_version_name_is_put_in_and_taken_off(roll: Path, first: Repository) -> None:
    third = roll / "0_03.NEF.xmp"
    assert version_name(parse(third.read_bytes())) == THIRD
    before = first.tip(THIRD)
    third.write_bytes(third.read_bytes())
    assert first.tip(THIRD) == before, "what is shown is no edit"
    third.write_bytes(named(sidecar(80), THIRD))
    assert stored(first, THIRD) == canonical(sidecar(80)), "the name that was put in is not saved"
    third.write_bytes(named(sidecar(80), "for the client"))
    assert first.history.label(first.tip(THIRD)) == "for the client"
    assert version_name(parse(third.read_bytes())) == "for the client"
    third.write_bytes(sidecar(81))
    assert stored(first, THIRD) == canonical(sidecar(81)), "a name that was cleared keeps the edit"
    assert first.history.label(first.tip(THIRD)) is None
    assert (roll / "0.NEF.xmp").read_bytes() == stored(first), "number 0 is its state"


def test_two_mounts_of_a_library_show_and_save_the_same(
    library: Path, daemon: Daemon, roll: Path, first: Repository, tmp_path: Path
) -> None:
    other = Daemon(library, tmp_path / "other")
    try:
        second = other.mountpoint / "wedding" / "roll"
        assert os.listdir(second) == os.listdir(roll)
        (roll / "0_04.NEF.xmp").write_bytes(sidecar(5))
        wait_for("the duplicate in the other mount", lambda: "0_04.NEF.xmp" in os.listdir(second))
        assert (second / "0_04.NEF.xmp").read_bytes() == (roll / "0_04.NEF.xmp").read_bytes()
        with (second / "0_01.NEF.xmp").open("rb") as reader, (second / "0.NEF.xmp").open("wb") as writer:
            before = reader.read()
            (roll / "0_01.NEF.xmp").write_bytes(named(sidecar(90), "warm"))
            writer.write(sidecar(91))
            reader.seek(0)
            assert reader.read() == before, "an open file keeps its state"
        assert stored(first) == canonical(sidecar(91))
        assert (second / "0_01.NEF.xmp").read_bytes() == (roll / "0_01.NEF.xmp").read_bytes() != before
        assert (roll / "0.NEF.xmp").read_bytes() == canonical(sidecar(91))
        (roll / "1_01.NEF.xmp").write_bytes(UNEDITED)
        wait_for("what waits in the other mount", lambda: "1_01.NEF.xmp" in os.listdir(second))
        (second / "1_01.NEF.xmp").write_bytes(sidecar(92))
        assert stored(Repository(library / "wedding" / "1.NEF"), BranchName("version-01")) == canonical(sidecar(92))
    finally:
        other.unmount()
    assert daemon.is_alive
    assert [fsck.check(path) for path in (library / "wedding").glob("*.NEF")] == [[], [], []]


def test_roll_of_a_repository_that_is_mounted_alone(first: Repository, tmp_path: Path) -> None:
    alone = Daemon(first.root, tmp_path / "alone")
    try:
        roll = alone.mountpoint / "roll"
        assert sorted(os.listdir(roll)) == ["0.NEF", "0.NEF.xmp", "0_01.NEF.xmp", "0_03.NEF.xmp"]
        (roll / "0_01.NEF.xmp").write_bytes(named(sidecar(95), "warm"))
        (roll / "0_04.NEF.xmp").write_bytes(sidecar(96))
        (roll / "notes.txt").write_text("mine")
        assert [stored(first, branch) for branch in (WARM, NEW)] == [
            canonical(named(sidecar(95), "warm")),
            canonical(sidecar(96)),
        ]
        assert (first.root / "scratch" / ".roll" / "notes.txt").read_text() == "mine"
        with pytest.raises(PermissionError):
            (roll / "0.NEF").unlink()
        (roll / "0_01.NEF.xmp").unlink()
        assert "0_01.NEF.xmp" not in os.listdir(roll)
        assert first.refs.read(WARM) is not None
        assert (alone.mountpoint / "heads" / "warm" / "image.xmp").read_bytes() == stored(first, WARM)
    finally:
        alone.unmount()
    assert fsck.check(first.root) == []
