"""Files beyond every limit in a mounted repository: an error in 2 s and little memory, and the rest goes on."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from chemigram_core.names import MaskName, TagName
from chemigram_core.operations.refs import create_tag
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from chemigram_core.store.objects import Kind
from tests.support.builders import mask, picture, sidecar
from tests.support.daemon import Daemon

pytestmark = pytest.mark.needs_fuse
HUGE_BYTES = 3 << 30
MOST_BYTES = 512 << 20
FILES = (
    "HEAD", "log.jsonl", "masks/registry.json", "refs/heads/main", "refs/tags/v1", "roll.json", "source.json",
    "rejected/{reason}", "scratch/main/notes.txt", "{xmp}", "{png}", "../library.json",
)  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository.init(tmp_path / "library" / "a", picture(tmp_path / "a.tif"))
    save_xmp(made, MAIN, sidecar(), mask_files={MaskName("sky"): mask()})
    create_tag(made, TagName("v1"))
    made.rejected.keep(b"x", "heads/main/image.xmp", "not a usable XMP")
    for name in ("roll.json", "source.json", "../library.json"):
        (made.root / name).write_text("{}")
    (made.root / "scratch" / "main").mkdir(parents=True)
    (made.root / "scratch" / "main" / "notes.txt").write_text("notes")
    return made


def place(repository: Repository, name: str) -> Path:
    state = repository.state(repository.tip(MAIN))
    known = {
        "reason": repository.rejected.all()[0].file_name + ".reason.txt",
        "xmp": repository.objects.path(state.digest, Kind.SNAPSHOT),
        "png": repository.objects.path(state.masks[MaskName("sky")], Kind.MASK),
    }
    return repository.root / name.format(**known)


def every_path(top: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(top):
        yield from (Path(folder, name) for name in (*folders, *files))


@pytest.mark.parametrize("name", FILES)
def test_huge_file_uses_little_memory_in_the_daemon(repository: Repository, tmp_path: Path, name: str) -> None:
    os.truncate(place(repository, name), HUGE_BYTES)
    daemon = Daemon(repository.root.parent, tmp_path / "mnt")
    try:
        for path in every_path(daemon.mountpoint):
            with suppress(OSError):
                path.stat()
            with suppress(OSError), path.open("rb") as file:
                file.read(1 << 20)
        assert daemon.is_alive
        assert peak_bytes(daemon) < MOST_BYTES
    finally:
        daemon.unmount()


@pytest.mark.parametrize(("name", "shown"), [("{xmp}", "image.xmp"), ("{png}", "masks/sky.png")])
def test_reading_a_huge_object_is_an_error(repository: Repository, tmp_path: Path, name: str, shown: str) -> None:
    os.truncate(place(repository, name), HUGE_BYTES)
    daemon = Daemon(repository.root, tmp_path / "mnt")
    try:
        for state in ("tags/v1", "heads/main"):
            with pytest.raises(OSError) as raised:
                (daemon.mountpoint / state / shown).read_bytes()
            assert raised.value.errno in (errno.EIO, errno.EFBIG)
    finally:
        daemon.unmount()


def peak_bytes(daemon: Daemon) -> int:
    lines = Path(f"/proc/{daemon.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
