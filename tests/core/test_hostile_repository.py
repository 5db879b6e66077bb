"""A repository that somebody prepared: links, fifos, endless names and lines lead nowhere and break nothing else."""

from __future__ import annotations

import os
import subprocess
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from chemigram_core import fsck, gc
from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidName, NotAFile, NotARepository, RefConflict, RefDamaged, StoreFailed
from chemigram_core.image.raw_folder import find
from chemigram_core.image.raw_link import link
from chemigram_core.log.entry import LogEntry
from chemigram_core.names import BranchName, MaskName
from chemigram_core.operations.refs import checkout, create_branch
from chemigram_core.operations.save import save_mask, save_xmp
from chemigram_core.refs.head import OnBranch
from chemigram_core.repository import Repository
from tests.support.builders import mask, picture, sidecar

MAIN = BranchName("main")
_BEFORE_TIME = b'{"op":"snapshot","ref":"refs/heads/main","hash":"%s","timestamp":"0001-01-01T00:00+14:00"}' % (
    b"0" * 64
)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository.init(tmp_path / "repository")
    save_xmp(made, MAIN, sidecar())
    return made


@pytest.mark.parametrize("name", ["objects", "refs", "HEAD"])
def test_folder_of_links_is_not_a_repository(repository: Repository, tmp_path: Path, name: str) -> None:
    (repository.root / name).rename(tmp_path / "elsewhere")
    (repository.root / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotARepository):
        Repository(repository.root)


@pytest.mark.parametrize("plant", [os.mkfifo, lambda path: path.symlink_to("/etc/passwd")], ids=["fifo", "symlink"])
def test_ref_that_is_not_a_file_is_damaged(repository: Repository, plant: object) -> None:
    path = repository.root / "refs" / "heads" / "main"
    path.unlink()
    assert callable(plant)
    plant(path)
    with pytest.raises(RefDamaged):
        repository.refs.read(MAIN)
    assert repository.refs.branches() == []


def test_a_ref_is_never_read_beyond_its_possible_size(repository: Repository) -> None:
    with (repository.root / "refs" / "heads" / "main").open("ab") as file:
        file.truncate(1 << 26)
    tracemalloc.start()
    try:
        with pytest.raises(RefDamaged):
            repository.refs.read(MAIN)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 1 << 20


@pytest.mark.parametrize("text", [b"", b"\0" * 64, b"ref: refs/heads/main", b"../../etc/passwd", b"A" * 64, b"a" * 65])
def test_ref_without_an_identifier_is_damaged(repository: Repository, text: bytes) -> None:
    (repository.root / "refs" / "heads" / "main").write_bytes(text)
    with pytest.raises(RefDamaged):
        repository.refs.read(MAIN)


def test_head_keeps_branch_names_of_any_script(repository: Repository) -> None:
    name = BranchName("été/朝")
    create_branch(repository, name)
    checkout(repository, OnBranch(name))
    assert Repository(repository.root).head_branch() == name


@pytest.mark.parametrize(
    ("old", "new"), [("Sky/a", "sky/b"), ("a/b", "a"), ("a", "a/b"), ("étude", "e\u0301tude"), ("main2", "ma\u200din2")]
)
def test_names_equal_on_some_filesystems_are_refused(repository: Repository, old: str, new: str) -> None:
    create_branch(repository, BranchName(old))
    with pytest.raises(RefConflict):
        create_branch(repository, BranchName(new))


@pytest.fixture
def bottomless(repository: Repository) -> Iterator[Repository]:
    """A repository with more folders in one another than Python and pathnames can do with."""
    descriptor = os.open(repository.root / "refs" / "heads", os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d" * 20, dir_fd=descriptor)
        inner = os.open("d" * 20, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = inner
    os.close(descriptor)
    yield repository
    subprocess.run(["rm", "-r", repository.root / "refs"], check=True)


def test_endless_ref_folders_are_skipped(bottomless: Repository) -> None:
    assert bottomless.refs.branches() == [MAIN]
    assert gc.collect(bottomless) == gc.Garbage([], [])
    assert {finding.problem for finding in fsck.check(bottomless.root)} == {fsck.Problem.REF_NAME}


@pytest.mark.parametrize(
    "line",
    [b"[" * 200_000, _BEFORE_TIME],
    ids=["nesting", "a time before time"],
)
def test_a_hostile_log_line_hides_no_other(repository: Repository, line: bytes) -> None:
    with (repository.root / "log.jsonl").open("ab") as log:
        log.write(line + b"\n" + b'{"op":"x' + b" " * (3 << 20) + b'"}\n')
    outcome = save_xmp(repository, MAIN, sidecar(7))
    assert repository.history.moments(MAIN.ref)[-1].digest == outcome.digest


@pytest.mark.parametrize("ref", ["HEAD", "x"])
def test_log_lines_without_a_full_ref_name_are_skipped(repository: Repository, ref: str) -> None:
    repository.log.append(LogEntry("branch", repository.tip(MAIN), ref))
    assert fsck.check(repository.root) == []


@pytest.mark.parametrize(
    "ref", ["refs/heads/../../x", "refs/heads/", "refs/heads/a  b", "refs/remotes/x", "refs/heads/\x1b"]
)
@pytest.mark.parametrize("op", ["branch", "snapshot", "rename", "fsck"])
def test_invalid_ref_name_in_the_log_is_reported(repository: Repository, tmp_path: Path, ref: str, op: str) -> None:
    repository.log.append(LogEntry(op, repository.tip(MAIN), ref, metadata={"from": ref}))
    before = {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")}
    found = fsck.check(repository.root)
    assert [finding.problem for finding in found] == [fsck.Problem.LOG_TEXT]
    assert f"line 2: ref: {ref!r}" in found[0].says
    assert fsck.repair(repository.root, found[0]) is None
    assert {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    assert repository.history.branches()[1] == {MAIN.ref}


@pytest.mark.parametrize(
    "timestamp", ["\x1b[2Jtoday", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00+02:00", "0000", "\x9b1m"]
)
def test_invalid_timestamp_is_reported(repository: Repository, timestamp: str) -> None:
    repository.log.append(LogEntry("checkout", repository.tip(MAIN), timestamp=timestamp))
    (found,) = fsck.check(repository.root)
    assert (found.problem, f"line 2: {timestamp!r}" in found.says) == (fsck.Problem.LOG_TEXT, True)


@pytest.mark.parametrize(
    "timestamp", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5+00:00", "2026-01-01T00:00:00+00:00"]
)
def test_timestamp_in_utc_is_accepted(repository: Repository, timestamp: str) -> None:
    repository.log.append(LogEntry("checkout", repository.tip(MAIN), timestamp=timestamp))
    assert fsck.check(repository.root) == []


def test_log_that_is_a_link_is_not_written(repository: Repository, tmp_path: Path) -> None:
    (repository.root / "log.jsonl").unlink()
    (tmp_path / "precious").write_text("mine")
    (repository.root / "log.jsonl").symlink_to(tmp_path / "precious")
    with pytest.raises((NotAFile, OSError)):
        repository.log.append(LogEntry("snapshot"))
    assert (tmp_path / "precious").read_text() == "mine"


def test_another_log_in_the_same_place_is_read_from_its_beginning(repository: Repository) -> None:
    assert len(repository.history.moments(MAIN.ref)) == 1
    (repository.root / "log.jsonl").rename(repository.root / "an older log")
    repository.log.append(LogEntry("snapshot", Digest("0" * 64), MAIN.ref))
    assert [moment.digest for moment in repository.history.moments(MAIN.ref)] == ["0" * 64]


@pytest.mark.parametrize("name", ["masks", "image.xmp", "image", ".hidden.raf", "x" * 255])
def test_image_with_an_unusable_name_is_ignored(repository: Repository, name: str) -> None:
    (repository.root / "raw").mkdir()
    picture(repository.root / "raw" / "a.tif").rename(repository.root / "raw" / name)
    assert find(repository.root) is None


def test_raw_does_not_lead_out_of_the_repository(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    picture(tmp_path / "outside" / "secret.tif")
    (repository.root / "raw").symlink_to(tmp_path / "outside")
    assert find(repository.root) is None
    with pytest.raises(NotADirectoryError):
        link(repository.root, picture(tmp_path / "b.tif"))


def test_rejected_save_with_long_names_is_kept(repository: Repository) -> None:
    kept = [
        repository.rejected.keep(b"x", "heads/" + "朝" * 66 + "/masks/" + "夜" * 66 + ".png", "why") for _ in range(9)
    ]
    assert len({save.file_name for save in kept}) == 9
    assert len(repository.rejected.all()) == 9


def test_mask_names_equal_on_some_filesystems_are_refused(repository: Repository) -> None:
    save_mask(repository, MAIN, MaskName("sky"), mask(1))
    for name in ("Sky", "s\u200dky"):
        with pytest.raises(InvalidName):
            save_mask(repository, MAIN, MaskName(name), mask(2))
    assert set(repository.state(repository.tip(MAIN)).masks) == {"sky"}


def test_a_log_with_a_second_name_elsewhere_is_replaced(repository: Repository, tmp_path: Path) -> None:
    """As `cp -al` leaves it: a copy of the repository must not change with it, nor another file that is linked."""
    log, other = repository.root / "log.jsonl", tmp_path / "other"
    os.chmod(log, 0o640)
    os.link(log, other)
    before = other.read_bytes()
    save_xmp(Repository(repository.root), MAIN, sidecar(2))
    assert other.read_bytes() == before
    assert log.read_bytes().startswith(before)
    assert len(log.read_bytes().splitlines()) == 2
    assert (log.stat().st_nlink, log.stat().st_mode & 0o777) == (1, 0o640)


@pytest.mark.parametrize("plant", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/etc/passwd")])
def test_log_that_is_not_a_file_is_not_written(repository: Repository, plant: object) -> None:
    (repository.root / "log.jsonl").unlink()
    assert callable(plant)
    plant(repository.root / "log.jsonl")
    with pytest.raises((StoreFailed, OSError)):
        save_xmp(Repository(repository.root), MAIN, sidecar(2))
