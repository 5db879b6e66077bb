"""Where a gallery may be written, and what a killed or failed one leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chemigram_core.durable.temporary_folder import locked
from chemigram_core.gallery.folder import NotAGallery, NotAPlace, new_gallery
from chemigram_core.gallery.gallery import image_gallery, library_gallery
from chemigram_core.library.members import members
from chemigram_core.repository import Repository
from tests.support.edited_scene import edited

SMALL = (90, 60)
WRITES_FOR_EVER = """
import sys, time
from pathlib import Path
from chemigram_core.gallery.folder import new_gallery
from chemfs.cli.interruption import clear_up_on_sigterm
clear_up_on_sigterm()
with new_gallery(Path(sys.argv[1])) as folder:
    (folder / "half.jpg").write_bytes(b"half")
    print("writing", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return edited(tmp_path / "sunset", size=SMALL)


def writing(target: Path) -> subprocess.Popen[bytes]:
    """A process that is writing a gallery."""
    command = [sys.executable, "-c", WRITES_FOR_EVER, str(target)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    assert process.stdout.readline() == b"writing\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    with writing(tmp_path / "out") as process:
        process.send_signal(number)
    assert os.listdir(tmp_path) == []


def test_the_next_gallery_clears_up_after_a_killed_one_and_no_other(repository: Repository, tmp_path: Path) -> None:
    with writing(tmp_path / "killed") as killed, writing(tmp_path / "running") as running:
        killed.kill()
        killed.wait()
        (tmp_path / ".chemfs-gallery-mine").write_bytes(b"a file")
        image_gallery(repository, "sunset", tmp_path / "out")
        left = sorted(name for name in os.listdir(tmp_path) if name.startswith(".chemfs-gallery-"))
        assert len(left) == 2, "the file, and the folder of the one that runs"
        assert left[1] == ".chemfs-gallery-mine"
        running.kill()


def test_an_earlier_gallery_into_which_somebody_put_a_file_is_not_cleared_away(
    repository: Repository, tmp_path: Path
) -> None:
    image_gallery(repository, "sunset", tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / ".chemfs-gallery-0")
    (tmp_path / ".chemfs-gallery-0" / "mine.txt").write_bytes(b"mine")
    image_gallery(repository, "sunset", tmp_path / "out")
    assert (tmp_path / ".chemfs-gallery-0" / "mine.txt").read_bytes() == b"mine"
    (tmp_path / ".chemfs-gallery-0" / "mine.txt").unlink()
    with locked(tmp_path / ".chemfs-gallery-0"):
        image_gallery(repository, "sunset", tmp_path / "out")
        assert (tmp_path / ".chemfs-gallery-0").is_dir(), "another process is putting it away"
    image_gallery(repository, "sunset", tmp_path / "out")
    assert sorted(os.listdir(tmp_path)) == ["out", "sunset"]


def test_no_gallery_is_written_into_a_repository_or_over_photographs(repository: Repository, tmp_path: Path) -> None:
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    for place in ("sunset/pages", "sunset/objects/x", "sunset/a/b"):
        with pytest.raises(NotAPlace, match="it is in a repository; choose another folder"):
            image_gallery(repository, "sunset", tmp_path / place)
    with pytest.raises(NotAGallery):
        image_gallery(repository, "sunset", tmp_path)
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before


def test_a_place_where_a_filesystem_is_mounted_is_refused(repository: Repository) -> None:
    with pytest.raises(NotAPlace, match="a filesystem is mounted there"):
        image_gallery(repository, "sunset", Path("/proc"))


def test_a_gallery_has_the_permissions_that_the_umask_gives(repository: Repository, tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        image_gallery(repository, "sunset", tmp_path / "out")
    finally:
        os.umask(before)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o750


def test_a_full_disk_stops_the_gallery_and_is_no_problem_of_a_state(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "library").mkdir()
    repository.root.rename(tmp_path / "library" / "sunset")

    def full(path: Path, _: bytes) -> int:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    for write in (
        lambda: image_gallery(Repository(tmp_path / "library" / "sunset"), "sunset", tmp_path / "out"),
        lambda: library_gallery(members(tmp_path / "library"), "library", tmp_path / "out"),
    ):
        with pytest.raises(OSError, match="No space") as raised:
            write()
        assert raised.value.filename == str(tmp_path / "out")
    assert os.listdir(tmp_path) == ["library"]


def test_errors_name_the_folder_that_the_user_knows(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file") as raised, new_gallery(tmp_path / "out") as folder:
        (folder / "missing" / "index.html").write_bytes(b"")
    assert raised.value.filename == str(tmp_path / "out")
    with pytest.raises(OSError, match="No such file") as raised, new_gallery(tmp_path / "out"):
        (tmp_path / "missing").read_bytes()
    assert raised.value.filename == str(tmp_path / "missing")
