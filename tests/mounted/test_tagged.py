"""A copy of tagged/<tag> is what was delivered: exactly the images with the tag, each with the state of the tag."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from chemigram_core.names import MaskName, TagName
from chemigram_core.operations.refs import create_tag, delete_tag
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from chemigram_core.shoot.importer import import_shoot
from chemigram_core.store.objects import Kind
from tests.support.builders import mask, sidecar
from tests.support.daemon import Daemon
from tests.support.screen import wait_for
from tests.support.shoots import shoot

pytestmark = pytest.mark.needs_fuse

TAG = TagName("v1_export")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """An imported shoot; all images with a state are tagged, one of them after it got a mask, and then edited on."""
    import_shoot(shoot(tmp_path / "wedding", images=12), tmp_path / "library")
    folder = tmp_path / "library" / "wedding"
    save_xmp(Repository(folder / "3.NEF"), MAIN, sidecar(3), mask_files={MaskName("sky"): mask()})
    for number in range(12):
        repository = Repository(folder / f"{number}.NEF")
        create_tag(repository, TAG)
        save_xmp(repository, MAIN, sidecar(500 + number))
    return tmp_path / "library"


@pytest.fixture
def mountpoint(library: Path, tmp_path: Path) -> Iterator[Path]:
    daemon = Daemon(library, tmp_path / "mnt")
    yield daemon.mountpoint
    daemon.unmount()


def files(folder: Path) -> dict[str, bytes]:
    """The files below a folder by their paths in it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def delivered(library: Path) -> dict[str, bytes]:
    """What was delivered, according to the repositories."""
    found = {}
    for number in range(12):
        repository = Repository(library / "wedding" / f"{number}.NEF")
        state = repository.state(repository.resolve(TAG))
        found[f"{number}.NEF"] = f"picture of {number}.NEF".encode()
        found[f"{number}.NEF.xmp"] = repository.objects.read(state.digest, Kind.SNAPSHOT)
        for name, digest in state.masks.items():
            found[f"masks/{number}.NEF/{name}.png"] = repository.objects.read(digest, Kind.MASK)
    return found


@pytest.mark.parametrize("copy", [["cp", "-r"], ["cp", "-a"], ["rsync", "-r"]], ids=" ".join)
@pytest.mark.needs_program("cp", "rsync")
def test_copy_is_exactly_what_was_delivered(mountpoint: Path, library: Path, tmp_path: Path, copy: list[str]) -> None:
    source = mountpoint / "wedding" / "tagged" / TAG
    subprocess.run([*copy, f"{source}/." if copy[0] == "cp" else f"{source}/", tmp_path / "copy"], check=True)
    assert files(tmp_path / "copy") == delivered(library)
    assert len(delivered(library)) == 25


@pytest.mark.needs_program("cp")
def test_a_copy_can_be_removed(mountpoint: Path, tmp_path: Path) -> None:
    subprocess.run(["cp", "-r", mountpoint / "wedding" / "tagged" / TAG, tmp_path / "copy"], check=True)
    subprocess.run(["rm", "-r", tmp_path / "copy"], check=True, stdin=subprocess.DEVNULL)
    assert not (tmp_path / "copy").exists()


def test_tag_created_in_the_mount_is_shown(mountpoint: Path) -> None:
    wedding = mountpoint / "wedding"
    assert [path.name for path in (wedding / "tagged").iterdir()] == [TAG]
    (wedding / "5.NEF" / "tags" / "client").mkdir()
    assert sorted(path.name for path in (wedding / "tagged" / "client").iterdir()) == ["5.NEF", "5.NEF.xmp"]


@pytest.mark.needs_program("cp")
def test_copy_with_a_missing_image_fails(mountpoint: Path, tmp_path: Path) -> None:
    """Leaving it out silently would pass for a whole delivery."""
    (tmp_path / "wedding" / "7.NEF").rename(tmp_path / "away.NEF")
    source = mountpoint / "wedding" / "tagged" / TAG
    assert [(folder / "7.NEF").stat().st_size for folder in (source, mountpoint / "wedding" / "roll")] == [0, 0]
    done = subprocess.run(["cp", "-r", source, tmp_path / "copy"], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "7.NEF" in done.stderr
    assert len(files(tmp_path / "copy")) == 24


@pytest.mark.needs_program("cp")
def test_copy_is_whole_while_other_tags_come_and_go(mountpoint: Path, library: Path, tmp_path: Path) -> None:
    tagged, other = mountpoint / "wedding" / "tagged", TagName("client/v2")
    stop = Event()
    changer = Thread(target=_come_and_go, args=(library, other, stop))
    changer.start()
    try:
        for turn in range(5):
            subprocess.run(["cp", "-r", tagged / TAG, tmp_path / f"copy-{turn}"], check=True)
            assert files(tmp_path / f"copy-{turn}") == delivered(library)
            for path in _listed(tagged / other):
                with suppress(FileNotFoundError):  # its tag has gone since
                    assert path.read_bytes() in _possible(library, path.name)
    finally:
        stop.set()
        changer.join()
    wait_for("the other tag to go", lambda: os.listdir(tagged) == [TAG])


def _come_and_go(library: Path, tag: TagName, stop: Event) -> None:
    """Tag the images one after another, and take the tags away again."""
    repositories = [Repository(library / "wedding" / f"{number}.NEF") for number in range(12)]
    while not stop.is_set():
        for change in (create_tag, delete_tag):
            for repository in repositories:
                change(repository, tag)


def _listed(folder: Path) -> list[Path]:
    with suppress(FileNotFoundError):
        return [path for path in folder.iterdir() if path.name != "masks"]
    return []


def _possible(library: Path, name: str) -> list[bytes]:
    """What a file in the folder of a tag may have: the image, or the state of main."""
    repository = Repository(library / "wedding" / name.removesuffix(".xmp"))
    image = f"picture of {repository.root.name}".encode()
    return [image, repository.objects.read(repository.tip(MAIN), Kind.SNAPSHOT)]
