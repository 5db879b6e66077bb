"""Masks through a mount: any program opens them, they tell where they came from, and no state loses its own."""

from __future__ import annotations

import errno
import hashlib
import io
import mmap
import os
import re
import shutil
import subprocess
import time
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from chemigram_core.digest import Digest
from chemigram_core.gc.collector import collect
from chemigram_core.operations.export import export
from chemigram_core.repository import MAIN, Repository
from chemigram_core.sidecar import parse
from chemigram_core.store.objects import Kind
from tests.mounted.conftest import Mounted
from tests.support.builders import mask, saves, sidecar

pytestmark = [pytest.mark.needs_fuse, pytest.mark.needs_program("cp", "mv", "find", "getfattr", "setfattr")]
PREFIX = "user.chemfs."


@pytest.fixture
def branch(mount: Mounted) -> Path:
    """heads/main with an XMP and one mask."""
    (mount.branch / "image.xmp").write_bytes(sidecar())
    (mount.branch / "masks" / "subject.png").write_bytes(mask(1))
    return mount.branch


def run(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def masks(repository: Repository) -> list[Digest]:
    return [found.digest for found in repository.objects if found.kind is Kind.MASK]


def tip_masks(repository: Repository) -> set[str]:
    return set(repository.state(repository.tip(MAIN)).masks)


def told(path: Path) -> dict[str, str]:
    return {name.removeprefix(PREFIX): os.getxattr(path, name).decode() for name in os.listxattr(path)}


def picture(mode: str) -> bytes:
    """A mask of another kind than gray with 8 bits."""
    file = io.BytesIO()
    Image.linear_gradient("L").resize((40, 30)).convert(mode).save(file, "PNG")
    return file.getvalue()


def test_mask_of_thirty_sessions_is_stored_once(mount: Mounted, branch: Path) -> None:
    for session in range(30):
        folder = mount.path / "heads" / f"session-{session}"
        folder.mkdir()
        (folder / "masks" / "subject.png").write_bytes(mask(1))
        (folder / "image.xmp").write_bytes(sidecar(session + 1))
    assert masks(mount.repository) == [Digest.of(mask(1))]
    assert len(saves(mount.repository)) == 2 + 30


def test_every_older_state_still_shows_the_old_pixels(mount: Mounted, branch: Path, tmp_path: Path) -> None:
    (mount.path / "tags" / "before").mkdir()
    (mount.path / "heads" / "warm").mkdir()
    (branch / "masks" / "subject.png").write_bytes(mask(2))
    old = saves(mount.repository)[1]
    for folder in ("heads/warm", "tags/before", f"snapshots/{old}"):
        assert (mount.path / folder / "masks" / "subject.png").read_bytes() == mask(1)
    assert (branch / "masks" / "subject.png").read_bytes() == mask(2)
    export(mount.repository, old, tmp_path / "exported")
    assert (tmp_path / "exported" / "masks" / "subject.png").read_bytes() == mask(1)
    run("ln", "-sfn", "heads/warm", mount.path / "HEAD")
    assert (mount.repository.root / "masks" / "subject.png").read_bytes() == mask(1)
    changes = (mount.path / "compare" / "warm..main" / "changes.md").read_text()
    assert "subject" in changes


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGB", "RGBA", "LA", "I;16"])
def test_every_kind_of_picture_is_stored_unchanged(branch: Path, mode: str) -> None:
    data = picture(mode)
    (branch / "masks" / "kind.png").write_bytes(data)
    assert (branch / "masks" / "kind.png").read_bytes() == data


def test_broken_picture_is_rejected_with_the_reason(mount: Mounted, branch: Path) -> None:
    broken = bytearray(mask(2))
    broken[-20] ^= 1
    with pytest.raises(OSError, match="Invalid argument"):
        (branch / "masks" / "subject.png").write_bytes(broken)
    assert (branch / "masks" / "subject.png").read_bytes() == mask(1)
    (reason,) = (mount.path / "rejected").glob("*.reason.txt")
    assert "checksum" in reason.read_text()


def test_moved_and_copied_masks_share_the_object(mount: Mounted, branch: Path) -> None:
    for command, names in (
        (("mv", "subject.png", "person.png"), {"person"}),
        (("cp", "person.png", "copy.png"), {"person", "copy"}),
        (("rm", "person.png"), {"copy"}),
    ):
        before = len(saves(mount.repository))
        subprocess.run(command, check=True, cwd=branch / "masks")
        deadline = time.monotonic() + 10
        while tip_masks(mount.repository) != names and time.monotonic() < deadline:
            time.sleep(0.1)
        assert tip_masks(mount.repository) == names, command
        assert len(saves(mount.repository)) == before + 1, command
    assert masks(mount.repository) == [Digest.of(mask(1))]


def test_provenance_is_readable_in_every_state_with_the_mask(mount: Mounted, branch: Path) -> None:
    (mount.path / "tags" / "before").mkdir()
    for name, value in (("provider", "sam2"), ("prompt", "the fish, größer"), ("generator_config", '{"model": "b+"}')):
        run("setfattr", "-n", PREFIX + name, "-v", value, branch / "masks" / "subject.png")
    for path in (branch, mount.path / "tags" / "before", mount.path / "snapshots" / saves(mount.repository)[1]):
        shown = told(path / "masks" / "subject.png")
        assert shown.pop("created_at").startswith("20")
        assert shown == {
            "sha256": Digest.of(mask(1)),
            "provider": "sam2",
            "prompt": "the fish, größer",
            "generator_config": '{"model": "b+"}',
        }
    assert len(saves(mount.repository)) == 2
    known = mount.repository.registry.read().provenance(Digest.of(mask(1)))
    assert (known.provider, known.generator_config) == ("sam2", {"model": "b+"})
    run("setfattr", "-x", PREFIX + "prompt", branch / "masks" / "subject.png")
    assert "prompt" not in told(mount.path / "tags" / "before" / "masks" / "subject.png")


def test_provenance_set_during_a_write_belongs_to_the_new_mask(mount: Mounted, branch: Path) -> None:
    path = branch / "masks" / "subject.png"
    with path.open("wb") as file:
        file.write(mask(2))
        os.setxattr(path, PREFIX + "prompt", b"the new one")
    assert told(path)["prompt"] == "the new one"
    assert "prompt" not in told(mount.path / "snapshots" / saves(mount.repository)[1] / "masks" / "subject.png")


def test_copy_keeps_the_provenance(branch: Path, tmp_path: Path) -> None:
    os.setxattr(branch / "masks" / "subject.png", PREFIX + "prompt", b"the fish")
    run("cp", "-a", branch / "masks" / "subject.png", tmp_path / "kept.png")
    assert os.getxattr(tmp_path / "kept.png", PREFIX + "prompt") == b"the fish"
    os.setxattr(tmp_path / "kept.png", PREFIX + "prompt", b"changed elsewhere")
    (tmp_path / "kept.png").write_bytes(mask(7))
    run("cp", "-a", tmp_path / "kept.png", branch / "masks" / "other.png")
    assert told(branch / "masks" / "other.png")["prompt"] == "changed elsewhere"
    assert told(branch / "masks" / "subject.png")["prompt"] == "the fish"


@pytest.mark.parametrize("name", ["subject.png", "new.png"])
def test_provenance_set_before_the_first_write_belongs_to_the_new_mask(branch: Path, name: str) -> None:
    path = branch / "masks" / name
    os.setxattr(branch / "masks" / "subject.png", PREFIX + "prompt", b"the old one")
    path.unlink(missing_ok=True)
    os.mknod(path)
    os.setxattr(path, PREFIX + "prompt", b"the new one")
    descriptor = os.open(path, os.O_WRONLY)
    os.write(descriptor, mask(2))
    os.close(descriptor)
    assert told(path)["prompt"] == "the new one"
    path.write_bytes(mask(1))
    assert told(path)["prompt"] == "the old one"


def test_states_have_attributes(mount: Mounted, branch: Path) -> None:
    first, second = saves(mount.repository)
    shown = told(branch / "image.xmp")
    assert shown == told(branch) == told(branch / "a.tif.xmp")
    document = parse((branch / "image.xmp").read_bytes())
    assert shown == {"snapshot": second, "edit": document.edit_digest, "parent": first}
    assert told(mount.path / "snapshots" / first).keys() == {"snapshot", "edit"}
    dump = run("getfattr", "-d", "--absolute-names", branch / "image.xmp")
    assert f'user.chemfs.snapshot="{second}"' in dump
    assert told(mount.path) == told(mount.path / "heads") == told(branch / "masks") == {}


@pytest.mark.parametrize(
    ("path", "name", "number"),
    [
        ("heads/main/masks/subject.png", "user.chemfs.sha256", errno.ENOTSUP),
        ("heads/main/masks/subject.png", "user.other", errno.ENOTSUP),
        ("heads/main/image.xmp", "user.chemfs.prompt", errno.ENOTSUP),
        ("heads/main/notes.txt", "user.chemfs.prompt", errno.ENOTSUP),
        ("heads/main/masks/none.png", "user.chemfs.prompt", errno.ENOENT),
        ("tags/v1/masks/subject.png", "user.chemfs.prompt", errno.EROFS),
        ("heads/main/masks/subject.png", "user.chemfs.created_at", errno.EINVAL),
    ],
)
def test_unusable_provenance_is_refused(mount: Mounted, branch: Path, path: str, name: str, number: int) -> None:
    (mount.path / "tags" / "v1").mkdir()
    (branch / "notes.txt").write_text("scratch")
    with pytest.raises(OSError, match=re.escape(os.strerror(number))):
        os.setxattr(mount.path / path, name, b"not a time")


def test_setxattr_flags_are_honoured(branch: Path) -> None:
    path = branch / "masks" / "subject.png"
    with pytest.raises(OSError, match="No data"):
        os.setxattr(path, PREFIX + "prompt", b"a", os.XATTR_REPLACE)
    os.setxattr(path, PREFIX + "prompt", b"a", os.XATTR_CREATE)
    with pytest.raises(FileExistsError):
        os.setxattr(path, PREFIX + "prompt", b"b", os.XATTR_CREATE)
    with pytest.raises(OSError, match="No data"):
        os.getxattr(path, PREFIX + "provider")


def test_find_lists_the_masks_of_all_states(mount: Mounted, branch: Path) -> None:
    (mount.path / "tags" / "v1").mkdir()
    found = set(
        run("find", mount.path / "heads", mount.path / "tags", mount.path / "snapshots", "-name", "*.png").split()
    )
    second = saves(mount.repository)[1]
    folders = ("heads/main", "tags/v1", f"snapshots/{second}")
    assert found == {str(mount.path / folder / "masks" / "subject.png") for folder in folders}


@pytest.mark.needs_program("identify")
def test_imagemagick_reads_a_mask_of_any_state(mount: Mounted, branch: Path) -> None:
    (mount.path / "tags" / "v1").mkdir()
    for path in (branch, mount.path / "tags" / "v1", mount.path / "snapshots" / saves(mount.repository)[1]):
        assert run("identify", "-format", "%m %w %h", path / "masks" / "subject.png") == "PNG 32 24"


@pytest.mark.needs_program("feh", "xvfb-run")
def test_a_viewer_shows_a_mask_of_any_state(mount: Mounted, branch: Path) -> None:
    (mount.path / "tags" / "v1").mkdir()
    for path in (branch, mount.path / "tags" / "v1", mount.path / "snapshots" / saves(mount.repository)[1]):
        feh = ("feh", "--on-last-slide", "quit", "--slideshow-delay", "0.2", path / "masks" / "subject.png")
        shown = subprocess.run(("xvfb-run", "-a", *feh), check=False, capture_output=True, text=True)
        assert (shown.returncode, shown.stderr) == (0, "")


def test_gc_during_a_mount_keeps_open_objects(mount: Mounted, branch: Path) -> None:
    (mount.path / "heads" / "warm").mkdir()
    (mount.path / "heads" / "warm" / "masks" / "subject.png").write_bytes(mask(5))
    gone = saves(mount.repository)[-1]
    (mount.path / "heads" / "warm").rmdir()
    run("ln", "-sfn", "heads/main", mount.path / "HEAD")
    state = mount.path / "snapshots" / gone
    with (state / "image.xmp").open("rb"):
        assert collect(mount.repository, timedelta(0)).snapshots == []
        assert (state / "masks" / "subject.png").read_bytes() == mask(5)
    time.sleep(0.2)  # the kernel closes files after close(2) has returned
    collected = collect(mount.repository, timedelta(0))
    assert [found.digest for found in (*collected.snapshots, *collected.masks)] == [gone, Digest.of(mask(5))]
    assert hashlib.sha256((branch / "image.xmp").read_bytes()).hexdigest() == saves(mount.repository)[1]
    assert tip_masks(mount.repository) == {"subject"}
    deadline = time.monotonic() + 5
    while state.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not state.exists()
    shutil.copyfile(mount.path / "snapshots" / saves(mount.repository)[1] / "image.xmp", branch / "image.xmp")


@pytest.mark.parametrize("size", [(310, 200), (30, 20)], ids=["larger", "smaller"])
def test_reader_keeps_the_opened_mask_and_others_get_the_new_one(branch: Path, size: tuple[int, int]) -> None:
    path = branch / "masks" / "subject.png"
    old, new = mask(1, size=(300, 200), compress_level=0), mask(2, size=size, compress_level=0)
    path.write_bytes(old)
    with path.open("rb", buffering=0) as reader:
        assert reader.read(100) == old[:100]
        path.write_bytes(new)
        assert path.stat().st_size == len(new)
        assert path.read_bytes() == new
        assert reader.read() == old[100:]
        assert path.read_bytes() == new
    assert path.read_bytes() == new


def test_mapped_mask_shows_no_incomplete_save(branch: Path) -> None:
    path = branch / "masks" / "subject.png"
    old, new = mask(1, size=(300, 200), compress_level=0), mask(2, size=(300, 200), compress_level=0)
    path.write_bytes(old)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, mmap.MAP_SHARED, mmap.PROT_READ) as shown:
        with path.open("r+b", buffering=0) as writer:
            writer.write(new[: len(new) // 2])
            assert shown[:] == old
            assert path.read_bytes() == old
            writer.write(new[len(new) // 2 :])
        assert path.read_bytes() == new
        assert shown[:] == old
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, mmap.MAP_SHARED, mmap.PROT_READ) as shown:
        assert shown[:] == new
