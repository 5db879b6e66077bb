"""The lock of a repository: every change waits for its holder, and no reader does."""

from __future__ import annotations

import fcntl
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Thread

import pytest

from chemigram_core import fsck
from chemigram_core.durable.lock import locked
from chemigram_core.errors import NotAFile
from chemigram_core.fsck import Finding, Problem, repair
from chemigram_core.gc.collector import collect
from chemigram_core.masks.provenance import Provenance
from chemigram_core.names import BranchName, MaskName, TagName
from chemigram_core.operations.describe_mask import describe_mask
from chemigram_core.operations.export import export
from chemigram_core.operations.refs import checkout, create_branch, create_tag, delete_branch, delete_tag, rename_branch
from chemigram_core.operations.save import remove_masks, rename_mask, save_mask, save_xmp
from chemigram_core.refs.head import OnBranch
from chemigram_core.repository import MAIN, Repository
from chemigram_core.store.objects import Kind
from tests.support.builders import mask, sidecar

SKY, WARM, COLD, FIRST = MaskName("sky"), BranchName("warm"), BranchName("cold"), TagName("v1")

CHANGES: dict[str, Callable[[Repository], object]] = {
    "save an XMP": lambda repository: save_xmp(repository, MAIN, sidecar(5)),
    "save a mask": lambda repository: save_mask(repository, MAIN, SKY, mask(5)),
    "rename a mask": lambda repository: rename_mask(repository, MAIN, SKY, MaskName("clouds")),
    "remove a mask": lambda repository: remove_masks(repository, MAIN, repository.head_masks()),
    "describe a mask": lambda repository: describe_mask(repository, MAIN, SKY, lambda _: Provenance("sam2", "the sky")),
    "branch": lambda repository: create_branch(repository, COLD),
    "tag": lambda repository: create_tag(repository, TagName("v2")),
    "rename a branch": lambda repository: rename_branch(repository, WARM, COLD),
    "delete a branch": lambda repository: delete_branch(repository, WARM),
    "delete a tag": lambda repository: delete_tag(repository, FIRST),
    "check out": lambda repository: checkout(repository, OnBranch(WARM)),
    "collect": lambda repository: collect(repository, timedelta(0)),
    "repair": lambda repository: repair(repository.root, Finding(Problem.REF_DAMAGED, FIRST.ref, "")),
}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Two branches, a tag, a mask, and something to collect."""
    repository = Repository.init(tmp_path / "repository")
    save_xmp(repository, MAIN, sidecar(), mask_files={SKY: mask()})
    create_branch(repository, WARM)
    create_tag(repository, FIRST)
    create_branch(repository, COLD)
    save_xmp(repository, COLD, sidecar(1))
    delete_branch(repository, COLD)
    return repository


def started(work: Callable[[], object]) -> Thread:
    thread = Thread(target=work, daemon=True)
    thread.start()
    return thread


def files(root: Path) -> dict[str, bytes]:
    """All that a lock is for: what stands in refs, HEAD, the log and the registry."""
    paths = [root / "HEAD", root / "log.jsonl", root / "masks" / "registry.json", *(root / "refs").rglob("*")]
    return {str(path): path.read_bytes() for path in paths if path.is_file()}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_waits_for_the_holder(repository: Repository, change: str) -> None:
    with locked(repository.root):
        before = files(repository.root)
        changing = started(lambda: CHANGES[change](Repository(repository.root)))
        changing.join(0.1)
        assert changing.is_alive()
        assert files(repository.root) == before
    changing.join(10)
    assert not changing.is_alive()
    assert files(repository.root) != before


def test_readers_do_not_wait(repository: Repository, tmp_path: Path) -> None:
    def read() -> None:
        reader = Repository(repository.root)
        tip = reader.resolve("v1")
        assert reader.objects.read(reader.state(tip).masks[SKY], Kind.MASK) == mask()
        assert [*reader.log.entries()]
        assert reader.registry.read().current()
        export(reader, tip, tmp_path / "out")

    with locked(repository.root):
        reading = started(read)
        reading.join(10)
        assert not reading.is_alive()
    assert (tmp_path / "out" / "masks" / "sky.png").exists()


NOBODY = 65534
AS_NOBODY = """
import os, sys
from pathlib import Path
from chemigram_core import fsck
from chemigram_core.repository import Repository
os.setgroups([]), os.setgid(65534), os.setuid(65534)
repository = Repository(Path(sys.argv[1]))
assert repository.objects.read(repository.resolve("HEAD"), ".xmp")
assert fsck.check(repository.root) == []
try:
    os.open(repository.root / "lock", os.O_RDONLY)
except PermissionError:
    print("kept out")
"""
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def held(path: Path) -> int:
    """A descriptor that holds a file or a folder against all others."""
    descriptor = os.open(path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def test_lock_on_the_folder_blocks_nobody(repository: Repository) -> None:
    descriptor = held(repository.root)
    saving = started(lambda: save_xmp(repository, MAIN, sidecar(5)))
    saving.join(10)
    os.close(descriptor)
    assert not saving.is_alive()


def test_lock_on_an_object_blocks_no_reader(repository: Repository) -> None:
    tip = repository.tip(MAIN)
    descriptor = held(repository.root / repository.objects.path(tip, Kind.SNAPSHOT))
    reading = started(lambda: repository.objects.read(tip, Kind.SNAPSHOT))
    reading.join(10)
    os.close(descriptor)
    assert not reading.is_alive()


@pytest.mark.parametrize("umask", [0, 0o022, 0o077])
@pytest.mark.parametrize(("folder", "file"), [(0o755, 0o600), (0o775, 0o660), (0o777, 0o666), (0o700, 0o600)])
def test_lock_can_be_opened_only_by_writers(repository: Repository, umask: int, folder: int, file: int) -> None:
    (repository.root / "lock").unlink()
    repository.root.chmod(folder)
    before = os.umask(umask)
    try:
        save_xmp(repository, MAIN, sidecar(5))
    finally:
        os.umask(before)
    assert stat.S_IMODE((repository.root / "lock").stat().st_mode) == file


@needs_root
def test_the_lock_belongs_to_the_owner_and_the_group_of_the_folder(repository: Repository) -> None:
    (repository.root / "lock").unlink()
    os.chown(repository.root, NOBODY, NOBODY)
    save_xmp(repository, MAIN, sidecar(5))
    status = (repository.root / "lock").stat()
    assert (status.st_uid, status.st_gid) == (NOBODY, NOBODY)


@needs_root
def test_read_only_user_reads_and_checks_without_a_lock(repository: Repository, tmp_path: Path) -> None:
    for folder in (repository.root, *repository.root.parents):
        if folder.stat().st_uid == os.geteuid() and tmp_path.parent.parent in (folder, *folder.parents):
            folder.chmod(folder.stat().st_mode | 0o055)
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, repository.root], capture_output=True, text=True, check=False, timeout=30
    )
    assert (done.stdout, done.stderr) == ("kept out\n", "")


def test_lock_replaced_while_waiting_is_taken_again(repository: Repository) -> None:
    """The holder's file loses its name to another one: two writers would each hold a lock of their own."""
    with locked(repository.root):
        waiting = started(lambda: save_xmp(Repository(repository.root), MAIN, sidecar(5)))
        waiting.join(0.1)
        (repository.root / "new").touch()
        second = held(repository.root / "new")
        (repository.root / "new").replace(repository.root / "lock")
    waiting.join(0.2)
    assert waiting.is_alive()
    os.close(second)
    waiting.join(10)
    assert not waiting.is_alive()


def fifo_with_a_reader(path: Path) -> None:
    os.mkfifo(path)
    os.open(path, os.O_RDONLY | os.O_NONBLOCK)


@pytest.mark.parametrize(
    "plant",
    [
        lambda path: path.symlink_to(path.parent.parent / "precious"),
        lambda path: path.symlink_to("nowhere"),
        Path.mkdir,
        os.mkfifo,
        fifo_with_a_reader,
    ],
    ids=["link", "link to nothing", "folder", "fifo", "fifo with a reader"],
)
def test_lock_that_is_not_a_file_is_refused_and_reported(
    repository: Repository, tmp_path: Path, plant: Callable[[Path], None]
) -> None:
    (tmp_path / "precious").write_text("mine")
    (repository.root / "lock").unlink()
    plant(repository.root / "lock")
    before = repository.tip(MAIN)
    with pytest.raises(NotAFile, match="lock"):
        save_xmp(repository, MAIN, sidecar(5))
    assert repository.tip(MAIN) == before
    assert (tmp_path / "precious").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()
    found = fsck.check(repository.root)
    assert [finding.problem for finding in found] == [Problem.LOCK_UNUSABLE]
    assert repair(repository.root, found[0])
    assert fsck.check(repository.root) == []
    save_xmp(repository, MAIN, sidecar(5))


def test_missing_lock_is_created_once(repository: Repository) -> None:
    (repository.root / "lock").unlink()
    saves = [partial(save_xmp, repository, MAIN, sidecar(number)) for number in range(5, 13)]
    threads = [started(save) for save in saves]
    for thread in threads:
        thread.join(20)
    assert len(repository.history.moments(MAIN.ref)) == 9
    assert not [name for name in os.listdir(repository.root) if name.startswith(".tmp-")]
