"""Files that are larger than any of ours are reported, and never read: half a gigabyte of memory is enough."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from io import BufferedReader, BytesIO, FileIO
from pathlib import Path
from typing import Any

import pytest

from chemigram_core.errors import CannotBeLogged, ObjectDamaged
from chemigram_core.layout import MASK_BYTES, REGISTRY_BYTES, XMP_BYTES
from chemigram_core.log.journal import OperationLog
from chemigram_core.log.lines import LINE_BYTES, lines_backwards, next_line, torn_end
from chemigram_core.masks.provenance import Provenance
from chemigram_core.names import MaskName
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from chemigram_core.store.objects import Kind, read_unverified
from tests.support.builders import mask, sidecar

SKY = MaskName("sky")
HUGE_BYTES = 3 << 30
LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))
from chemfs.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
VERBS = [
    "fsck",
    "log",
    "log -n1",
    "show HEAD",
    "branch",
    "masks",
    "gc",
    "status",
    "export HEAD out",
    "tag v2",
    "fsck --repair",
]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = Repository.init(tmp_path / "repository")
    save_xmp(repository, MAIN, sidecar(), mask_files={SKY: mask()})
    return repository


def huge(path: Path) -> None:
    """Make a file huge, without using the disk."""
    os.truncate(path, HUGE_BYTES)


def object_path(repository: Repository, kind: Kind) -> Path:
    tip = repository.tip(MAIN)
    return repository.root / repository.objects.path(
        tip if kind is Kind.SNAPSHOT else repository.head_masks()[SKY], kind
    )


PLACES: dict[str, Callable[[Repository], Path]] = {
    "snapshot": lambda repository: object_path(repository, Kind.SNAPSHOT),
    "mask": lambda repository: object_path(repository, Kind.MASK),
    "registry": lambda repository: repository.root / "masks" / "registry.json",
    "log": lambda repository: repository.root / "log.jsonl",
    "branch": lambda repository: repository.root / "refs" / "heads" / "main",
    "HEAD": lambda repository: repository.root / "HEAD",
}


@pytest.mark.parametrize("place", PLACES)
def test_huge_file_is_reported_without_reading_it(repository: Repository, tmp_path: Path, place: str) -> None:
    path = PLACES[place](repository)
    huge(path)
    outputs = []
    for verb in VERBS:
        name, *rest = verb.split()
        command = [sys.executable, "-c", LIMITED, name, str(repository.root), *rest]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert "internal error" not in done.stderr and "MemoryError" not in done.stderr, (verb, done.stderr)
        assert done.returncode in (0, 1, 3, 4), verb
        outputs.append(done.stdout)
    assert path.relative_to(repository.root).as_posix() in outputs[0]


@pytest.mark.parametrize(("kind", "limit_bytes"), [(Kind.SNAPSHOT, XMP_BYTES), (Kind.MASK, MASK_BYTES)])
def test_oversized_object_is_not_read(repository: Repository, kind: Kind, limit_bytes: int) -> None:
    path = object_path(repository, kind)
    os.truncate(path, limit_bytes + 1)
    digest = repository.tip(MAIN) if kind is Kind.SNAPSHOT else repository.registry.read().current()[SKY]
    unverified = partial(read_unverified, repository.objects.place)
    for read in (repository.objects.read, unverified, repository.objects.verify):
        with pytest.raises(ObjectDamaged, match=f"beyond the limit of {limit_bytes} bytes"):
            read(digest, kind)


def test_a_registry_is_never_written_beyond_its_limit(repository: Repository) -> None:
    large = "x" * (REGISTRY_BYTES // 20)
    told = {MaskName(f"m{number}"): Provenance(prompt=f"{number}{large}") for number in range(30)}
    before = repository.tip(MAIN)
    with pytest.raises(CannotBeLogged):
        for name, provenance in told.items():
            save_xmp(repository, MAIN, sidecar(), mask_files={name: mask(len(name))}, provenance={name: provenance})
    assert repository.registry.read().current()[SKY]
    assert repository.tip(MAIN) != before


@pytest.mark.parametrize("end", [b"", b"x", b"\n", b'x\n{"op":"later"}\n'])
def test_oversized_line_does_not_hide_others(repository: Repository, end: bytes) -> None:
    path = repository.root / "log.jsonl"
    huge(path)
    with path.open("ab") as log:
        log.write(end)
    operations = [entry.op for entry in OperationLog(repository.root).entries()]
    assert operations == ["snapshot", *(["later"] if b"later" in end else [])]
    assert [entry.op for entry in OperationLog(repository.root).newest_first()] == operations[::-1]


class CountingReads(FileIO):
    """A file that counts how often it is read."""

    reads = 0

    def readinto(self, buffer: Any, /) -> int | None:
        self.reads += 1
        return super().readinto(buffer)


@pytest.mark.parametrize("start", [b"", b"one\n", b"x" * (LINE_BYTES + 9)])
@pytest.mark.parametrize("end", [b"", b"x", b"\n", b"\ntwo\n"])
def test_holes_of_a_sparse_log_are_not_read(tmp_path: Path, start: bytes, end: bytes) -> None:
    path = tmp_path / "log"
    with path.open("wb") as log:
        for piece in (start, b"in between", end):
            log.write(piece)
            log.truncate(log.seek(HUGE_BYTES + 4097, os.SEEK_CUR))
        log.truncate(log.seek(-HUGE_BYTES - 4097, os.SEEK_CUR))
    with (raw := CountingReads(path)), BufferedReader(raw, 1 << 20) as file:
        backwards = list(lines_backwards(file))[::-1]
        torn = torn_end(file)
        file.seek(0)
        forwards = [line[:9] for line, _ in iter(lambda: next_line(file), None)]
    assert raw.reads < 300
    assert (b"one" in backwards, b"two" in backwards) == (b"one\n" in forwards, b"two\n" in forwards)
    assert (b"one" in backwards, b"two" in backwards) == (start == b"one\n", b"two" in end)
    assert (torn == b"") == end.endswith(b"\n")


@pytest.mark.parametrize(
    "sizes", [[5, LINE_BYTES + 7, 3], [LINE_BYTES * 3], [1, 1 << 17, LINE_BYTES + (1 << 16), 2, 0, 9]]
)
def test_reading_forwards_and_backwards_gives_the_same_lines(tmp_path: Path, sizes: list[int]) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"".join(b"x" * size + b"\n" for size in sizes))
    with path.open("rb") as file:
        forwards = [line for line, _ in iter(lambda: next_line(file), None)]
        backwards = list(lines_backwards(file))[::-1]
    lengths = [len(line.rstrip(b"\n")) for line in forwards]
    assert [length if length < LINE_BYTES else -1 for length in lengths] == [
        size if size < LINE_BYTES else -1 for size in sizes
    ]
    assert [len(line) if line != b"\0" else -1 for line in backwards] == [
        size if size < LINE_BYTES else -1 for size in sizes
    ]
    assert next_line(BytesIO(b"")) is None
