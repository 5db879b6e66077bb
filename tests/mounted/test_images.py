"""The image on a mount: away and back again, replaced under its readers, and a link that leads into a mount."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chemigram_core.names import TagName
from chemigram_core.operations.refs import create_tag
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.mounted.conftest import Mounted, mount_repository
from tests.support.builders import picture, sidecar, snapshots
from tests.support.processes import wait_until

pytestmark = pytest.mark.needs_fuse

PATIENCE_SECONDS = 20.0


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """The image of `mount`."""
    return tmp_path / "a.tif"


def replace(image: Path, data: bytes) -> None:
    new = image.with_name("new")
    new.write_bytes(data)
    new.rename(image)


def asked(code: str, *arguments: Path) -> str:
    """What a program prints that may have to wait for a mount; it must not wait forever."""
    command = [sys.executable, "-c", f"import os, sys\n{code}", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS).stdout.strip()


def error_of_stat(path: Path) -> int:
    """The error number that stat(2) gives, 0 for none."""
    code = "try:\n os.stat(sys.argv[1])\n print(0)\nexcept OSError as error:\n print(error.errno)"
    return int(asked(code, path))


def threads(mounted: Mounted) -> int:
    return len(os.listdir(f"/proc/{mounted.daemon.pid}/task"))


def log(mounted: Mounted) -> list[str]:
    return mounted.path.with_name(f"{mounted.path.name}.log").read_text().splitlines()


def test_save_is_a_snapshot_even_without_the_image(mount: Mounted, image: Path) -> None:
    for number, place in enumerate((image, image.with_name("elsewhere"), image)):
        if not place.exists():
            (image.with_name("elsewhere") if place == image else image).rename(place)
        (mount.branch / "a.tif.xmp").write_bytes(sidecar(number))
        assert len(snapshots(mount.repository)) == number + 1
        wait_until(lambda place=place: ("a.tif" in os.listdir(mount.branch)) is (place == image))  # type: ignore[misc]
        assert (mount.branch / "a.tif").exists() is (place == image)
    assert not (mount.repository.root / "scratch" / "main").exists()


def test_image_missing_at_mount_keeps_its_sidecar(tmp_path: Path, image: Path) -> None:
    repository = Repository.init(tmp_path / "repository", picture(image))
    image.rename(tmp_path / "unplugged")
    mounted = mount_repository(repository.root, tmp_path / "mnt")
    try:
        assert "a.tif" not in os.listdir(mounted.branch)
        (mounted.branch / "a.tif.xmp").write_bytes(sidecar(1))
        assert len(snapshots(repository)) == 1
        wait_until(lambda: any("image not available" in line and str(image) in line for line in log(mounted)))
        (tmp_path / "unplugged").rename(image)
        assert (mounted.branch / "a.tif").read_bytes() == image.read_bytes()
    finally:
        mounted.unmount()


def test_raw_may_change_while_it_is_mounted(mount: Mounted) -> None:
    raw = mount.repository.root / "raw"
    raw.rename(raw.with_name("aside"))
    wait_until(lambda: os.listdir(mount.branch) == ["masks", "drawn"])
    raw.with_name("aside").rename(raw)
    (mount.branch / "a.tif.xmp").write_bytes(sidecar(1))
    assert len(snapshots(mount.repository)) == 1
    (raw / "a.tif").rename(raw / "b.tif")
    (mount.branch / "b.tif.xmp").write_bytes(sidecar(2))
    assert len(snapshots(mount.repository)) == 2


@pytest.mark.parametrize("folder", ["heads/main", "tags/v1"])
def test_a_replaced_image_is_another_file(mount: Mounted, image: Path, folder: str) -> None:
    save_xmp(mount.repository, MAIN, sidecar(1))
    create_tag(mount.repository, TagName("v1"))
    shown, first = mount.path / folder / "a.tif", image.read_bytes()
    with shown.open("rb", buffering=0) as reader:
        assert reader.read(10) == first[:10]
        for data in (first[::-1], first + b"more", b"less"):  # of the same size, larger, smaller
            replace(image, data)
            wait_until(lambda data=data: shown.read_bytes() == data)  # type: ignore[misc]
            assert shown.stat().st_size == len(data)
            assert os.pread(reader.fileno(), 1 << 20, 0) == first
            assert os.fstat(reader.fileno()).st_size == len(first)


def test_an_image_that_is_written_in_place_shows_its_new_bytes(mount: Mounted, image: Path) -> None:
    shown = mount.branch / "a.tif"
    for number in range(20):  # faster than the clock of file times
        data = bytes([number]) * 10_000
        with image.open("r+b") as file:
            file.write(data)
            file.truncate()
        assert shown.read_bytes() == data
        assert shown.stat().st_size == len(data)


def test_partial_read_of_an_image_reads_only_that_part(mount: Mounted, image: Path) -> None:
    os.truncate(image, 1 << 30)

    def read_bytes() -> int:
        fields = Path(f"/proc/{mount.daemon.pid}/io").read_text().splitlines()
        return int(fields[0].split()[1])  # rchar

    with (mount.branch / "a.tif").open("rb", buffering=0) as reader:
        before = read_bytes()
        os.pread(reader.fileno(), 4096, 700 << 20)
        assert read_bytes() - before < 2 << 20


@pytest.mark.parametrize("through", ["straight", "a link to a folder", "a link to the file"])
def test_image_link_into_its_own_mount_is_an_error(mount: Mounted, tmp_path: Path, through: str) -> None:
    (mount.branch / "image.xmp").write_bytes(sidecar(1))
    shown, target = mount.branch / "a.tif", mount.branch / "a.tif"
    if through == "a link to a folder":
        (tmp_path / "folder").symlink_to(mount.branch)
        target = tmp_path / "folder" / "a.tif"
    elif through == "a link to the file":
        (tmp_path / "file").symlink_to(target)
        target = tmp_path / "file"
    link = mount.repository.root / "raw" / "a.tif"
    link.unlink()
    link.symlink_to(target)
    assert [error_of_stat(shown) for _ in range(3)] == [errno.ELOOP] * 3
    assert (
        asked("print(sorted(os.listdir(sys.argv[1])))", mount.branch) == "['a.tif.xmp', 'drawn', 'image.xmp', 'masks']"
    )
    assert asked("print(len(open(sys.argv[1]).read()) > 100)", mount.branch / "image.xmp") == "True"
    assert threads(mount) < 10
    assert len([line for line in log(mount) if "inside the mount" in line]) == 1


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Mounted]:
    """A second repository, mounted."""
    repository = Repository.init(tmp_path / "other", picture(tmp_path / "b.tif"))
    mounted = mount_repository(repository.root, tmp_path / "mnt2")
    yield mounted
    mounted.unmount()


def test_image_links_between_two_mounts_are_errors(mount: Mounted, other: Mounted) -> None:
    for here, there in ((mount, other), (other, mount)):
        (link,) = (here.repository.root / "raw").iterdir()
        link.unlink()
        link.with_name("c.tif").symlink_to(there.branch / "c.tif")
    for mounted in (mount, other):
        assert error_of_stat(mounted.branch / "c.tif") == errno.ELOOP
        assert threads(mounted) < 10


def test_an_image_in_a_mount_is_refused(mount: Mounted, tmp_path: Path) -> None:
    shown = mount.branch / "a.tif"
    shoot = tmp_path / "shoot"
    shoot.mkdir()
    (shoot / "a.tif").symlink_to(shown)
    for arguments, says in (
        (["init", "new", "--image", shown], "can't be the image (inside the mount at"),
        (["relink", mount.repository.root, shoot / "a.tif"], "can't be the image (inside the mount at"),
        (["import", "shoot", "library"], ""),
    ):
        command = [sys.executable, "-m", "chemfs", *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == (3 if says else 1), done
        assert says in done.stderr
        assert "inside the mount at" in done.stdout + done.stderr
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "library" / "shoot" / "a.tif").exists()
    assert (mount.branch / "a.tif").is_file()
