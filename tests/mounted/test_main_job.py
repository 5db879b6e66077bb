"""The main job: a sidecar and a mask go in, a photographer uses them as files, a save comes back as a snapshot."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from chemigram_core.names import BranchName, MaskName
from chemigram_core.sidecar import canonicalize, parse
from tests.mounted.conftest import Mounted, mount_repository
from tests.support.builders import mask, saves, sidecar, snapshots

pytestmark = [pytest.mark.needs_fuse, pytest.mark.needs_program("cp", "vim")]
MAIN = BranchName("main")


def put(path: Path, data: bytes) -> None:
    """Write like `cp` over an existing file."""
    path.write_bytes(data)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_sidecar_becomes_a_snapshot_named_by_its_bytes(mount: Mounted) -> None:
    put(mount.branch / "image.xmp", sidecar())
    (identifier,) = snapshots(mount.repository)
    (mount.path / "tags" / "v1_export").mkdir()
    assert identifier == parse(sidecar()).digest
    for folder in ("heads/main", "tags/v1_export", f"snapshots/{identifier}", f"snapshots/{identifier[:7]}"):
        assert sha256(mount.path / folder / "image.xmp") == identifier
        assert sha256(mount.path / folder / "a.tif.xmp") == identifier


def test_a_tagged_state_is_copied_byte_for_byte(mount: Mounted, tmp_path: Path) -> None:
    put(mount.branch / "image.xmp", sidecar())
    put(mount.branch / "masks" / "subject.png", mask())
    (mount.path / "tags" / "v1_export").mkdir()
    subprocess.run(["cp", "-r", mount.path / "tags" / "v1_export", tmp_path / "copy"], check=True)
    copied = {
        path.relative_to(tmp_path / "copy").as_posix(): path.read_bytes() for path in (tmp_path / "copy").rglob("*.*")
    }
    assert copied["masks/subject.png"] == mask()
    assert hashlib.sha256(copied["image.xmp"]).hexdigest() == mount.repository.refs.read(MAIN)
    assert copied.keys() == {"image.xmp", "a.tif", "a.tif.xmp", "masks/subject.png", "drawn/README.txt"}


def test_past_states_refuse_writers_at_open(mount: Mounted) -> None:
    put(mount.branch / "image.xmp", sidecar())
    (mount.path / "tags" / "v1").mkdir()
    for path in ("tags/v1/image.xmp", "tags/v1/new", "README.txt", "snapshots/new", "log.jsonl"):
        with pytest.raises(OSError, match="Read-only file system"):
            (mount.path / path).open("wb")


def test_editor_reports_that_the_past_is_read_only(mount: Mounted) -> None:
    put(mount.branch / "image.xmp", sidecar())
    (mount.path / "tags" / "v1").mkdir()
    vim = ["vim", "-es", "-u", "NONE", "-c", "s/x/y/", "-c", "verbose w!", "-c", "qa!"]
    result = subprocess.run([*vim, mount.path / "tags/v1/image.xmp"], capture_output=True, text=True, check=False)
    assert result.returncode != 0


def test_masks_open_in_picture_programs_straight_from_the_mount(mount: Mounted) -> None:
    put(mount.branch / "image.xmp", sidecar())
    put(mount.branch / "masks" / "subject.png", mask(90))
    (mount.path / "tags" / "v1").mkdir()
    path = mount.path / "tags" / "v1" / "masks" / "subject.png"
    with Image.open(path) as shown, Image.open(io.BytesIO(mask(90))) as drawn:
        assert shown.tobytes() == drawn.tobytes()


def test_two_states_share_the_object_of_their_mask(mount: Mounted) -> None:
    put(mount.branch / "image.xmp", sidecar())
    put(mount.branch / "masks" / "subject.png", mask())
    put(mount.branch / "image.xmp", sidecar(5))
    tips = saves(mount.repository)
    assert len(tips) == 3
    first, second = (mount.repository.state(tip).masks for tip in tips[1:])
    assert first == second == {MaskName("subject"): hashlib.sha256(mask()).hexdigest()}
    assert len(list(mount.repository.objects)) == 4


def test_save_is_one_snapshot_with_the_right_parent_visible_at_once(mount: Mounted) -> None:
    put(mount.branch / "image.xmp", sidecar())
    before = mount.repository.refs.read(MAIN)
    put(mount.branch / "image.xmp", sidecar(7))
    last = list(mount.repository.log.entries())[-1]
    assert (last.op, last.parent, last.ref) == ("snapshot", before, "refs/heads/main")
    assert last.hash == mount.repository.refs.read(MAIN) == sha256(mount.branch / "image.xmp")
    assert (mount.branch / "image.xmp").stat().st_size == len((mount.branch / "image.xmp").read_bytes())
    assert last.hash in os.listdir(mount.path / "snapshots")


@pytest.mark.parametrize("again", [sidecar(), sidecar(timestamp=99)], ids=["the same bytes", "new timestamps"])
def test_save_that_changes_no_edit_creates_no_snapshot(mount: Mounted, again: bytes) -> None:
    put(mount.branch / "image.xmp", sidecar())
    before = (mount.branch / "image.xmp").stat()
    put(mount.branch / "image.xmp", again)
    after = (mount.branch / "image.xmp").stat()
    assert len(saves(mount.repository)) == 1
    assert (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)


def test_malformed_save_is_rejected_and_kept(mount: Mounted, tmp_path: Path) -> None:
    put(mount.branch / "image.xmp", sidecar())
    good = (mount.branch / "image.xmp").read_bytes()
    bad = tmp_path / "bad.xmp"
    bad.write_bytes(sidecar(3)[:700])
    result = subprocess.run(["cp", bad, mount.branch / "image.xmp"], capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert "Invalid argument" in result.stderr
    assert (mount.branch / "image.xmp").read_bytes() == good
    kept, reason = sorted((mount.path / "rejected").iterdir())
    assert kept.read_bytes() == bad.read_bytes()
    assert "heads/main/image.xmp" in reason.read_text()
    assert "line" in reason.read_text()


def test_saving_a_mask_keeps_the_xmp(mount: Mounted) -> None:
    put(mount.branch / "image.xmp", sidecar())
    without = mount.repository.refs.read(MAIN)
    put(mount.branch / "masks" / "subject.png", mask(1))
    put(mount.branch / "masks" / "subject.png", mask(2))
    first, second = saves(mount.repository)[1:]
    assert parse((mount.branch / "image.xmp").read_bytes()).with_masks({}).digest == without
    assert (mount.path / "snapshots" / first / "masks" / "subject.png").read_bytes() == mask(1)
    assert (mount.path / "snapshots" / second / "masks" / "subject.png").read_bytes() == mask(2)


def test_an_older_xmp_copied_over_a_branch_brings_its_masks_back(mount: Mounted) -> None:
    put(mount.branch / "image.xmp", sidecar())
    put(mount.branch / "masks" / "subject.png", mask(1))
    (mount.path / "tags" / "old").mkdir()
    put(mount.branch / "masks" / "subject.png", mask(2))
    put(mount.branch / "image.xmp", sidecar(9))
    shutil.copyfile(mount.path / "tags" / "old" / "image.xmp", mount.branch / "image.xmp")
    assert sha256(mount.branch / "image.xmp") == sha256(mount.path / "tags" / "old" / "image.xmp")
    assert (mount.branch / "masks" / "subject.png").read_bytes() == mask(1)


def test_a_killed_daemon_loses_no_acknowledged_save(mount: Mounted) -> None:
    for exposure in range(5):
        put(mount.branch / "image.xmp", sidecar(exposure))
    mount.kill()
    again = mount_repository(mount.repository.root, mount.path)
    try:
        expected = [parse(sidecar(exposure)).digest for exposure in range(5)]
        assert saves(again.repository) == expected
        assert sha256(again.branch / "image.xmp") == expected[-1]
        put(again.branch / "image.xmp", sidecar(50))
        assert len(saves(again.repository)) == 6
    finally:
        again.unmount()


def test_an_open_file_keeps_the_state_that_it_was_opened_on(mount: Mounted) -> None:
    put(mount.branch / "image.xmp", sidecar())
    old = (mount.branch / "image.xmp").read_bytes()
    with (mount.branch / "image.xmp").open("rb", buffering=0) as reader:
        assert reader.read(100) == old[:100]
        put(mount.branch / "image.xmp", sidecar(20))
        assert reader.read() == old[100:]
    assert (mount.branch / "image.xmp").read_bytes() != old


def test_half_written_save_is_never_visible(mount: Mounted) -> None:
    put(mount.branch / "image.xmp", sidecar())
    old = (mount.branch / "image.xmp").read_bytes()
    with (mount.branch / "image.xmp").open("wb", buffering=0) as writer:
        writer.write(sidecar(4)[:500])
        assert (mount.branch / "image.xmp").read_bytes() == old
        assert (mount.branch / "image.xmp").stat().st_size == len(old)
        writer.write(sidecar(4)[500:])
    assert (mount.branch / "image.xmp").read_bytes() == canonicalize(sidecar(4))
