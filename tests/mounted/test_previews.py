"""A mount that renders: pictures of what is saved on it, and an end that waits for none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chemigram_core.names import TagName
from chemigram_core.operations.refs import create_tag
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.support import builders, fake_darktable
from tests.support.fake_darktable import Fake
from tests.support.processes import is_running, wait_until

pytestmark = pytest.mark.needs_fuse


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "mnt"
    place.mkdir()
    yield place
    subprocess.run(["fusermount", "-uz", place], check=False, capture_output=True)


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    (tmp_path / "temporary").mkdir()
    return tmp_path / "temporary"


def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, seconds: float = 0.0) -> Fake:
    fake = fake_darktable.install(tmp_path / "programs", seconds=seconds)
    monkeypatch.setenv("PATH", f"{fake.folder}:{os.environ['PATH']}")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    return fake


def repository_of(tmp_path: Path, image: str) -> Repository:
    repository = Repository.init(tmp_path / "repository", builders.picture(tmp_path / image))
    save_xmp(repository, MAIN, builders.sidecar(1))
    create_tag(repository, TagName("v1"))
    return repository


def chemfs(*arguments: object, code: int = 0) -> str:
    command = [sys.executable, "-m", "chemfs", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == code, done.stderr
    return done.stderr


def test_saved_state_gets_a_picture(
    place: Path, tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, repository = installed(tmp_path, monkeypatch), repository_of(tmp_path, "a.tif")
    chemfs("mount", "--previews", repository.root, place)
    wait_until((place / "tags" / "v1" / "preview.jpg").exists)
    (place / "heads" / "main" / "image.xmp").write_bytes(builders.sidecar(2))
    wait_until(lambda: len(os.listdir(place / "previews" / "main")) == 2)
    picture = (fake.folder / "picture.jpg").read_bytes()
    assert (place / "heads" / "main" / "preview.jpg").read_bytes() == picture
    for name in os.listdir(place / "previews" / "main"):
        assert (place / "previews" / "main" / name).stat().st_size == len(picture)
    chemfs("unmount", place)
    assert list(temporary.iterdir()) == []
    assert {path.stat().st_mode & 0o777 for path in (repository.root / "previews").iterdir()} == {0o600}


def test_unmount_does_not_wait_for_a_picture(
    place: Path, tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, repository = installed(tmp_path, monkeypatch), repository_of(tmp_path, "hanging.tif")
    chemfs("mount", "--previews", repository.root, place)
    wait_until(lambda: fake.calls)
    (place / "heads" / "main" / "image.xmp").write_bytes(builders.sidecar(2))
    assert len(builders.saves(repository)) == 2, "a save does not wait for it either"
    chemfs("unmount", place)
    assert not is_running(fake.calls[0]["process"])
    assert list(temporary.iterdir()) == []


def test_darktable_dies_with_a_killed_daemon(
    place: Path, tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, repository = installed(tmp_path, monkeypatch), repository_of(tmp_path, "hanging.tif")
    command = [sys.executable, "-m", "chemfs", "mount", "--foreground", "--previews", str(repository.root), str(place)]
    daemon = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    wait_until(lambda: fake.calls)
    daemon.send_signal(signal.SIGKILL)
    daemon.wait()
    wait_until(lambda: not is_running(fake.calls[0]["process"]))


def test_without_darktable_nothing_is_mounted(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = repository_of(tmp_path, "a.tif")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("fusermount", "fusermount3"):
        (programs / name).symlink_to(f"/usr/bin/{name}")
    monkeypatch.setenv("PATH", str(programs))
    said = chemfs("mount", "--previews", repository.root, place, code=3)
    assert said == "chemfs: darktable-cli is not installed; install darktable (`sudo apt install darktable`)\n"
    assert not os.path.ismount(place)


def test_a_read_only_mount_renders_nothing(place: Path, tmp_path: Path) -> None:
    chemfs("mount", "--previews", "--read-only", repository_of(tmp_path, "a.tif").root, place, code=2)


def test_no_image_is_read_through_a_mount(
    place: Path, tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, repository = installed(tmp_path, monkeypatch), repository_of(tmp_path, "a.tif")
    chemfs("mount", repository.root, place)
    link = repository.root / "raw" / "a.tif"
    link.unlink()
    link.symlink_to(place / "tags" / "v1" / "a.tif")
    chemfs("render", repository.root, code=1)
    assert fake.calls == []
    chemfs("unmount", place)


def test_no_gallery_is_written_into_a_mount(tmp_path: Path, place: Path) -> None:
    repository = repository_of(tmp_path, "a.tif")
    chemfs("mount", repository.root, place)
    for folder in (place / "heads" / "pages", place / "previews" / "x", place / "new"):
        assert "it is in a chemfs mount; choose another folder" in chemfs("gallery", repository.root, folder, code=3)
    chemfs("unmount", place)
