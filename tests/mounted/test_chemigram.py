"""A repository as chemigram lays it out: bare object names, its log lines, XMPs with a declaration, no masks' note."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from chemigram_core import fsck
from chemigram_core.sidecar import parse
from tests.mounted.conftest import Mounted, mount_repository
from tests.support.builders import mask, saves, sidecar

pytestmark = pytest.mark.needs_fuse


def put_object(root: Path, data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    path = root / "objects" / digest[:2] / digest[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return digest


@pytest.fixture
def states() -> list[bytes]:
    """Three states in a form of chemigram's: declared, one line an element, attributes sorted."""
    declaration = b"<?xml version='1.0' encoding='UTF-8'?>\n"
    return [declaration + sidecar(exposure).split(b"\n", 1)[1] for exposure in range(3)]


@pytest.fixture
def mounted(tmp_path: Path, states: list[bytes]) -> Iterator[Mounted]:
    root = tmp_path / "repository"
    for folder in ("refs/heads", "refs/tags", "objects", "masks"):
        (root / folder).mkdir(parents=True)
    digests = [put_object(root, state) for state in states]
    png = put_object(root, mask())
    (root / "HEAD").write_text("ref: refs/heads/main\n")
    (root / "refs/heads/main").write_text(digests[-1] + "\n")
    (root / "refs/tags/v1").write_text(digests[0] + "\n")
    entry = {"hash": png, "generator": "coarse_agent", "prompt": None, "timestamp": "2026-05-01T10:00:00+00:00"}
    (root / "masks/registry.json").write_text(json.dumps({"current_subject_mask": entry}, sort_keys=True, indent=2))
    with (root / "log.jsonl").open("w") as log:
        for parent, digest in zip([None, *digests], digests, strict=False):
            line: dict[str, object] = {"op": "snapshot", "hash": digest, "parent": parent, "ref": "refs/heads/main"}
            line |= {"label": None, "metadata": {}, "timestamp": "2026-05-01T10:00:00+00:00"}
            log.write(json.dumps(line, sort_keys=True, separators=(",", ":")) + "\n")
    mounted = mount_repository(root, tmp_path / "mnt")
    yield mounted
    mounted.unmount()


def test_chemigrams_states_are_shown_under_their_names(mounted: Mounted, states: list[bytes]) -> None:
    names = {path.name for path in (mounted.path / "snapshots").iterdir()}
    assert names == {hashlib.sha256(state).hexdigest() for state in states}
    for name in names:
        shown = (mounted.path / "snapshots" / name / "image.xmp").read_bytes()
        assert hashlib.sha256(shown).hexdigest() == name
    assert (mounted.path / "tags/v1/image.xmp").read_bytes() == states[0]
    assert (mounted.branch / "image.xmp").read_bytes() == states[2]


def test_saved_objects_have_bare_names(mounted: Mounted) -> None:
    (mounted.branch / "image.xmp").write_bytes(sidecar(9))
    digest = parse(sidecar(9)).digest
    assert saves(mounted.repository)[-1] == digest
    assert (mounted.repository.root / "objects" / digest[:2] / digest[2:]).is_file()
    assert not list((mounted.repository.root / "objects").rglob("*.*"))


def test_save_of_an_unchanged_edit_creates_nothing(mounted: Mounted, states: list[bytes]) -> None:
    subprocess.run(["cp", "/dev/stdin", mounted.branch / "image.xmp"], input=sidecar(2), check=True)
    assert (mounted.branch / "image.xmp").read_bytes() == states[2]


def test_saved_masks_have_bare_names(mounted: Mounted) -> None:
    (mounted.branch / "masks/sky.png").write_bytes(mask(3))
    digest = hashlib.sha256(mask(3)).hexdigest()
    assert (mounted.repository.root / "objects" / digest[:2] / digest[2:]).read_bytes() == mask(3)
    assert (mounted.branch / "masks/sky.png").read_bytes() == mask(3)


def test_fsck_finds_no_problem(mounted: Mounted) -> None:
    assert fsck.check(mounted.repository.root) == []
    (mounted.branch / "image.xmp").write_bytes(sidecar(9))
    assert fsck.check(mounted.repository.root) == []
