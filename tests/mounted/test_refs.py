"""Branches, tags and HEAD by the commands that everybody knows."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import time
from pathlib import Path

import pytest

from chemigram_core.names import BranchName, TagName
from chemigram_core.operations.refs import create_branch, delete_branch
from chemigram_core.refs.head import Detached, OnBranch
from tests.mounted.conftest import Mounted
from tests.support.builders import mask, saves, sidecar

pytestmark = pytest.mark.needs_fuse
MAIN = BranchName("main")


@pytest.fixture
def saved(mount: Mounted) -> Mounted:
    """One state on main."""
    (mount.branch / "image.xmp").write_bytes(sidecar())
    return mount


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False)


def code(action: object, *arguments: object) -> int | None:
    """The error number of a system call that must fail."""
    with pytest.raises(OSError) as failure:
        action(*arguments)  # type: ignore[operator]
    return failure.value.errno


def test_mkdir_starts_a_branch_at_head(saved: Mounted) -> None:
    (saved.path / "heads/warm").mkdir()
    (saved.path / "heads/warm/image.xmp").write_bytes(sidecar(4))
    assert saved.repository.refs.branches() == ["main", "warm"]
    assert saved.repository.history.parent(saved.repository.tip(BranchName("warm"))) == saved.repository.tip(MAIN)


def test_mv_renames_a_branch_with_head(saved: Mounted) -> None:
    (saved.branch / "notes.txt").write_text("keep")
    assert run("mv", saved.branch, saved.path / "heads/trunk").returncode == 0
    assert os.readlink(saved.path / "HEAD") == "heads/trunk"
    assert (saved.path / "heads/trunk/notes.txt").read_text() == "keep"
    (saved.path / "heads/trunk/image.xmp").write_bytes(sidecar(2))
    assert saved.repository.refs.branches() == ["trunk"]


def test_rm_r_deletes_a_branch_and_its_files(saved: Mounted) -> None:
    (saved.path / "heads/warm").mkdir()
    (saved.path / "heads/warm/exports").mkdir()
    (saved.path / "heads/warm/exports/out.jpg").write_bytes(b"jpg")
    (saved.path / "heads/warm/masks/subject.png").write_bytes(mask())
    result = run("rm", "-r", saved.path / "heads/warm")
    assert (result.returncode, result.stderr) == (0, "")
    assert saved.repository.refs.branches() == ["main"]
    assert os.listdir(saved.path / "heads") == ["main"]


def test_branch_deleted_outside_disappears_within_a_second(saved: Mounted) -> None:
    (saved.path / "heads/warm").mkdir()
    assert (saved.path / "heads/warm").is_dir()
    delete_branch(saved.repository, BranchName("warm"))
    time.sleep(1.1)
    assert not (saved.path / "heads/warm").exists()


def test_heads_branch_is_busy(saved: Mounted) -> None:
    assert code(os.rmdir, saved.branch) == errno.EBUSY
    assert saved.repository.refs.branches() == ["main"]


def test_a_branch_with_other_programs_files_is_not_empty(saved: Mounted) -> None:
    (saved.path / "heads/warm").mkdir()
    (saved.path / "heads/warm/notes.txt").write_text("mine")
    assert code(os.rmdir, saved.path / "heads/warm") == errno.ENOTEMPTY


def test_nested_branches_are_nested_folders(saved: Mounted) -> None:
    create_branch(saved.repository, BranchName("looks/warm"))
    (saved.path / "heads/looks/cold").mkdir()
    (saved.path / "heads/looks/cold/image.xmp").write_bytes(sidecar(8))
    assert sorted(os.listdir(saved.path / "heads/looks")) == ["cold", "warm"]
    assert run("mv", saved.path / "heads/looks/cold", saved.path / "heads/cool").returncode == 0
    assert saved.repository.refs.branches() == ["cool", "looks/warm", "main"]
    assert run("rm", "-r", saved.path / "heads/looks/warm").returncode == 0
    time.sleep(1.1)  # a name is believed for a second
    assert sorted(os.listdir(saved.path / "heads")) == ["cool", "main"]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("main", errno.EEXIST), ("Main", errno.EEXIST), ("a..b", errno.EINVAL), ("x.lock", errno.EINVAL),
        ("-x", errno.EINVAL), ("masks", errno.EINVAL), ("image.xmp", errno.EINVAL), ("x" * 201, errno.ENAMETOOLONG),
        ("a\u202eb", errno.EINVAL), ("0" * 64, errno.EINVAL),
    ],
)  # fmt: skip
def test_invalid_names_are_refused_with_posix_errors(saved: Mounted, name: str, number: int) -> None:
    assert code(os.mkdir, saved.path / "heads" / name) == number
    assert saved.repository.refs.branches() == ["main"]


def test_mkdir_tags_head_and_tags_are_permanent(saved: Mounted) -> None:
    first = saved.repository.tip(MAIN)
    (saved.path / "tags/v1").mkdir()
    (saved.branch / "image.xmp").write_bytes(sidecar(2))
    assert saved.repository.tip(TagName("v1")) == first
    assert code(os.mkdir, saved.path / "tags/v1") == errno.EEXIST
    assert code(os.rmdir, saved.path / "tags/v1") == errno.EROFS
    assert code(os.rename, saved.path / "tags/v1", saved.path / "tags/v2") == errno.EROFS
    assert run("rm", "-r", saved.path / "tags/v1").returncode != 0
    assert saved.repository.tip(TagName("v1")) == first


def test_ln_s_tags_the_state_it_leads_to(saved: Mounted) -> None:
    first = saved.repository.tip(MAIN)
    (saved.branch / "image.xmp").write_bytes(sidecar(2))
    assert run("ln", "-s", f"../snapshots/{first}", saved.path / "tags/first").returncode == 0
    assert run("ln", "-s", f"{saved.path}/snapshots/{first[:9]}", saved.path / "tags/again").returncode == 0
    assert saved.repository.tip(TagName("first")) == saved.repository.tip(TagName("again")) == first
    assert (saved.path / "tags/first/image.xmp").read_bytes() == (
        saved.path / f"snapshots/{first}/image.xmp"
    ).read_bytes()
    assert code(os.symlink, "../../etc/passwd", saved.path / "tags/evil") == errno.EINVAL


def test_ln_sfn_of_head_is_a_checkout(saved: Mounted) -> None:
    (saved.path / "heads/warm").mkdir()
    first = saved.repository.tip(MAIN)
    assert run("ln", "-sfn", "heads/warm", saved.path / "HEAD").returncode == 0
    assert saved.repository.refs.head() == OnBranch(BranchName("warm"))
    assert run("ln", "-sfn", f"snapshots/{first}", saved.path / "HEAD").returncode == 0
    assert saved.repository.refs.head() == Detached(first)
    assert run("ln", "-sfn", "heads/nope", saved.path / "HEAD").returncode != 0
    assert run("ln", "-sfn", "/etc/passwd", saved.path / "HEAD").returncode != 0
    assert saved.repository.refs.head() == Detached(first)
    assert "HEAD" in os.listdir(saved.path)
    assert not [name for name in os.listdir(saved.path) if name.startswith("Cu")]


def test_files_don_t_move_between_branches(saved: Mounted) -> None:
    (saved.path / "heads/warm").mkdir()
    (saved.branch / "notes.txt").write_text("mine")
    assert code(os.rename, saved.branch / "image.xmp", saved.path / "heads/warm/image.xmp") == errno.EXDEV
    assert run("mv", saved.branch / "notes.txt", saved.path / "heads/warm/notes.txt").returncode == 0
    assert (saved.path / "heads/warm/notes.txt").read_text() == "mine"


def test_the_image_is_never_written_or_removed(saved: Mounted) -> None:
    raw = (saved.path.parent / "a.tif").read_bytes()
    assert code((saved.branch / "a.tif").open, "wb") == errno.EROFS
    assert code(os.rename, saved.branch / "a.tif", saved.branch / "b.tif") == errno.EPERM
    os.unlink(saved.branch / "a.tif")
    assert (saved.path.parent / "a.tif").read_bytes() == raw
    deadline = time.monotonic() + 5
    while not (saved.branch / "a.tif").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert (saved.branch / "a.tif").read_bytes() == raw


def test_a_removed_mask_that_stays_away_becomes_a_snapshot_without_it(saved: Mounted) -> None:
    (saved.branch / "masks/subject.png").write_bytes(mask())
    os.unlink(saved.branch / "masks/subject.png")
    assert os.listdir(saved.branch / "masks") == []
    assert len(saves(saved.repository)) == 2
    deadline = time.monotonic() + 5
    while len(saves(saved.repository)) == 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert saves(saved.repository)[2] == saves(saved.repository)[0]


def test_a_removed_mask_is_part_of_the_next_save(saved: Mounted) -> None:
    (saved.branch / "masks/subject.png").write_bytes(mask())
    os.unlink(saved.branch / "masks/subject.png")
    (saved.branch / "image.xmp").write_bytes(sidecar(3))
    assert len(saves(saved.repository)) == 3
    assert not saved.repository.state(saved.repository.tip(MAIN)).masks


def test_removed_file_written_again_with_invalid_bytes_shows_the_tip(saved: Mounted) -> None:
    (saved.branch / "masks/subject.png").write_bytes(mask())
    for name in ("image.xmp", "masks/subject.png"):
        tip = (saved.branch / name).read_bytes()
        os.unlink(saved.branch / name)
        assert code((saved.branch / name).write_bytes, tip[:50]) == errno.EINVAL
        deadline = time.monotonic() + 5
        while not (saved.branch / name).exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert (saved.branch / name).read_bytes() == tip
    time.sleep(2.5)
    assert len(saves(saved.repository)) == 2


def test_a_removed_mask_is_saved_at_unmount(saved: Mounted) -> None:
    (saved.branch / "masks/subject.png").write_bytes(mask())
    os.unlink(saved.branch / "masks/subject.png")
    saved.unmount()
    assert not saved.repository.state(saved.repository.tip(MAIN)).masks


def test_a_removed_xmp_is_hidden_until_it_is_written_again(saved: Mounted) -> None:
    os.unlink(saved.branch / "image.xmp")
    assert not (saved.branch / "image.xmp").exists()
    (saved.branch / "image.xmp").write_bytes(sidecar(5))
    assert len(saves(saved.repository)) == 2


def test_scratch_files_and_folders_are_real_and_never_versioned(saved: Mounted) -> None:
    exports = saved.branch / "darktable_exported"
    exports.mkdir()
    (exports / "out.jpg").write_bytes(b"x" * 300_000)
    os.link(exports / "out.jpg", exports / "again.jpg")
    os.symlink("out.jpg", exports / "link.jpg")
    os.rename(exports / "out.jpg", exports / "final.jpg")
    os.utime(exports / "final.jpg", (1000, 2000))
    os.chmod(exports / "final.jpg", 0o600)
    status = (exports / "final.jpg").stat()
    assert (status.st_size, status.st_mtime, status.st_mode & 0o777) == (300_000, 2000, 0o600)
    assert sorted(os.listdir(exports)) == ["again.jpg", "final.jpg", "link.jpg"]
    assert len(saves(saved.repository)) == 1
    real = saved.repository.root / "scratch/main/darktable_exported/final.jpg"
    assert real.read_bytes() == b"x" * 300_000
    shutil.rmtree(exports)
    assert not real.exists()


@pytest.mark.parametrize("path", ["heads", "tags", "heads/main", "heads/main/masks", "heads/main/image.xmp"])
def test_writable_folders_have_write_permission(saved: Mounted, path: str) -> None:
    assert os.access(saved.path / path, os.W_OK)


@pytest.mark.parametrize("path", ["", "log.jsonl", "tags/v1", "tags/v1/image.xmp", "heads/main/a.tif"])
def test_read_only_places_refuse_access_for_writing(saved: Mounted, path: str) -> None:
    (saved.path / "tags" / "v1").mkdir()
    assert not os.access(saved.path / path, os.W_OK)


@pytest.mark.parametrize("path", ["file", "heads/file", "tags/file", "tags/v1/file", "rejected/file"])
def test_file_cannot_be_a_branch_or_a_tag(saved: Mounted, path: str) -> None:
    (saved.path / "tags" / "v1").mkdir()
    assert code((saved.path / path).write_bytes, b"") == errno.EROFS


def test_mknod_creates_only_files(saved: Mounted) -> None:
    for name in ("image.xmp~", "masks/new.png"):
        os.mknod(saved.branch / name, 0o600)
        assert (saved.branch / name).read_bytes() == b""
        assert code(os.mknod, saved.branch / name) == errno.EEXIST
        (saved.branch / name).unlink()
        assert not (saved.branch / name).exists()
    for kind in (stat.S_IFIFO, stat.S_IFSOCK, stat.S_IFCHR):
        assert code(os.mknod, saved.branch / "other", kind) == errno.EPERM
    assert code(os.mknod, saved.path / "heads" / "file") == errno.EROFS


def test_new_mask_that_is_never_written_disappears(saved: Mounted) -> None:
    os.mknod(saved.branch / "masks" / "new.png")
    deadline = time.monotonic() + 10
    while (saved.branch / "masks" / "new.png").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert os.listdir(saved.branch / "masks") == []
    assert len(saves(saved.repository)) == 1


def test_reader_keeps_a_backup_replaced_by_the_next(saved: Mounted) -> None:
    state = (saved.branch / "image.xmp").read_bytes()
    (saved.branch / "image.xmp~").write_bytes(b"an old backup")
    with (saved.branch / "image.xmp~").open("rb") as reader:
        os.rename(saved.branch / "image.xmp", saved.branch / "image.xmp~")
        assert (saved.branch / "image.xmp~").read_bytes() == state
        assert os.fstat(reader.fileno()).st_size == len(b"an old backup")
        assert reader.read() == b"an old backup"


def test_statfs_reports_the_store(saved: Mounted) -> None:
    mounted, real = os.statvfs(saved.path), os.statvfs(saved.repository.root)
    assert (mounted.f_blocks, mounted.f_frsize) == (real.f_blocks, real.f_frsize)
