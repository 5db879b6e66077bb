"""The kernel keeps the names of a branch's files, and programs still see every save."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from chemigram_core.names import BranchName, MaskName, TagName
from chemigram_core.operations.refs import create_tag, delete_tag, rename_branch
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.mounted.conftest import Mounted
from tests.support.builders import mask, sidecar
from tests.support.processes import wait_until

pytestmark = pytest.mark.needs_fuse

XMP, SIDECAR = "image.xmp", "a.tif.xmp"
FIRST, SECOND = sidecar(1), sidecar(222_222)  # of different sizes


@pytest.fixture
def branch(mount: Mounted) -> Path:
    """main with a mask, all of whose names the kernel keeps."""
    save_xmp(mount.repository, MAIN, FIRST, mask_files={MaskName("sky"): mask(1)})
    keep(mount.branch)
    return mount.branch


def keep(branch: Path) -> None:
    for _ in range(3):
        for name in (XMP, SIDECAR, "masks/sky.png"):
            (branch / name).stat()
            (branch / name).read_bytes()


def tip(repository: Repository, branch: BranchName = MAIN) -> bytes:
    return repository.states.document(repository.tip(branch)).canonical()


def by_close(branch: Path) -> None:
    (branch / XMP).write_bytes(SECOND)


def by_rename(branch: Path) -> None:
    (branch / "new").write_bytes(SECOND)
    (branch / "new").rename(branch / XMP)


def by_the_other_name(branch: Path) -> None:
    (branch / SIDECAR).write_bytes(SECOND)


@pytest.mark.parametrize("save", [by_close, by_rename, by_the_other_name])
def test_acknowledged_save_shows_at_once(mount: Mounted, branch: Path, save: Callable[[Path], None]) -> None:
    for _ in range(20):
        (branch / XMP).write_bytes(FIRST)
        keep(branch)
        save(branch)
        now = tip(mount.repository)
        assert [(branch / name).stat().st_size for name in (XMP, SIDECAR)] == [len(now)] * 2
        assert [(branch / name).read_bytes() for name in (XMP, SIDECAR)] == [now] * 2


def test_truncation_shows_at_once(mount: Mounted, branch: Path) -> None:
    (branch / XMP).write_bytes(FIRST + b"\n" * 10)
    keep(branch)
    os.truncate(branch / XMP, len(tip(mount.repository)))
    assert (branch / XMP).read_bytes() == tip(mount.repository)


def test_next_open_gets_a_save_made_elsewhere(mount: Mounted, branch: Path) -> None:
    for number in range(20):
        keep(branch)
        save_xmp(Repository(mount.repository.root), MAIN, sidecar(10**number))
        assert (branch / SIDECAR).read_bytes() == tip(mount.repository)
        assert (branch / SIDECAR).stat().st_size == len(tip(mount.repository))


def test_stat_shows_a_save_made_elsewhere(mount: Mounted, branch: Path) -> None:
    save_xmp(Repository(mount.repository.root), MAIN, SECOND)
    wait_until(lambda: (branch / XMP).stat().st_size == len(tip(mount.repository)))


def test_attribute_is_that_of_the_current_state(mount: Mounted, branch: Path) -> None:
    for number in range(20):
        keep(branch)
        save_xmp(Repository(mount.repository.root), MAIN, sidecar(number + 5))
        assert os.getxattr(branch / XMP, "user.chemfs.snapshot").decode() == mount.repository.tip(MAIN)


def test_open_file_keeps_its_state_and_its_name_follows_within_a_second(mount: Mounted, branch: Path) -> None:
    old = tip(mount.repository)
    with (branch / XMP).open("rb") as file:
        (branch / SIDECAR).write_bytes(SECOND)
        assert (branch / XMP).read_bytes() == tip(mount.repository)
        for _ in range(3):
            assert os.fstat(file.fileno()).st_size == len(old)
        wait_until(lambda: (branch / XMP).stat().st_size == len(tip(mount.repository)))
        assert (file.read(), os.fstat(file.fileno()).st_size) == (old, len(old))


def test_unsaved_bytes_under_a_kept_name_are_hidden(branch: Path) -> None:
    before = (branch / XMP).read_bytes()
    with (branch / XMP).open("r+b") as reader, (branch / XMP).open("wb") as writer:
        writer.write(b"half")
        writer.flush()
        assert os.fstat(writer.fileno()).st_size == 4
        assert (branch / XMP).read_bytes() == reader.read() == before
        assert (branch / XMP).stat().st_size == len(before)
        writer.truncate(0)


def test_renamed_mask_keeps_its_content(mount: Mounted, branch: Path) -> None:
    known = (branch / "masks/sky.png").read_bytes()
    (branch / "masks/sky.png").rename(branch / "masks/person.png")
    assert sorted(os.listdir(branch / "masks")) == ["person.png"]
    with pytest.raises(FileNotFoundError):
        (branch / "masks/sky.png").stat()
    assert (branch / "masks/person.png").read_bytes() == known
    (branch / "masks/person.png").write_bytes(mask(2))
    assert mount.repository.state(mount.repository.tip(MAIN)).masks.keys() == {"person"}


def test_sidecar_renamed_to_a_backup_is_a_separate_file(mount: Mounted, branch: Path) -> None:
    before = tip(mount.repository)
    (branch / XMP).rename(branch / "image.xmp~")
    (branch / "image.xmp~").chmod(0o600)
    assert (branch / "image.xmp~").stat().st_mode & 0o777 == 0o600
    (branch / "image.xmp~").write_bytes(before + b"more")
    (branch / XMP).write_bytes(SECOND)
    assert (branch / XMP).read_bytes() == tip(mount.repository) != before
    assert (branch / "image.xmp~").read_bytes() == before + b"more"


def test_removed_mask_is_missing_at_once(branch: Path) -> None:
    (branch / "masks/sky.png").unlink()
    assert not (branch / "masks/sky.png").exists()
    assert os.listdir(branch / "masks") == []


def test_saves_show_on_a_renamed_branch(mount: Mounted, branch: Path) -> None:
    os.mkdir(mount.path / "heads/side")
    keep(mount.path / "heads/side")
    (mount.path / "heads/side").rename(mount.path / "heads/warm")
    keep(mount.path / "heads/warm")
    save_xmp(Repository(mount.repository.root), BranchName("warm"), SECOND)
    assert (mount.path / "heads/warm" / XMP).read_bytes() == tip(mount.repository, BranchName("warm"))
    rename_branch(Repository(mount.repository.root), BranchName("warm"), BranchName("cold"))
    wait_until(lambda: not (mount.path / "heads/warm" / XMP).exists())
    assert (mount.path / "heads/cold" / XMP).read_bytes() == tip(mount.repository, BranchName("cold"))


def test_sidecar_name_follows_a_renamed_image(mount: Mounted, branch: Path) -> None:
    (image,) = (mount.repository.root / "raw").iterdir()
    image.rename(image.with_name("b.tif"))
    wait_until(lambda: not (branch / SIDECAR).exists())
    assert (branch / "b.tif.xmp").read_bytes() == tip(mount.repository)


def test_tag_created_again_elsewhere_shows_its_new_state(mount: Mounted, branch: Path) -> None:
    repository, tag = mount.repository, TagName("v1")
    for data in (FIRST, SECOND):
        (branch / XMP).write_bytes(data)
        if repository.refs.read(tag) is not None:
            delete_tag(repository, tag)
        create_tag(repository, tag)
        wait_until(lambda: (mount.path / "tags/v1" / XMP).read_bytes() == tip(repository))
        assert (mount.path / "tags/v1" / SIDECAR).stat().st_size == len(tip(repository))
    delete_tag(repository, tag)
    wait_until(lambda: not (mount.path / "tags/v1" / XMP).exists())
