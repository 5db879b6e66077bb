"""history/ finds a state by its time, compare/ says what changed between two."""

from __future__ import annotations

import io
import json
import os
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from chemigram_core.digest import Digest
from chemigram_core.log.entry import LogEntry
from chemigram_core.names import BranchName
from chemigram_core.operations.refs import create_branch, delete_branch
from chemigram_core.repository import MAIN
from chemigram_core.sidecar import parse
from chemigram_core.store.objects import Kind
from tests.mounted.conftest import Mounted
from tests.support.builders import mask, saves, sidecar

pytestmark = pytest.mark.needs_fuse


@pytest.fixture
def edited(mount: Mounted) -> Mounted:
    """Three states on main: an edit, a mask, another edit with another mask; the first is tagged v1."""
    (mount.branch / "image.xmp").write_bytes(sidecar(1))
    (mount.path / "tags/v1").mkdir()
    (mount.branch / "masks/subject.png").write_bytes(mask(10))
    (mount.path / "tags/v2").mkdir()
    (mount.branch / "image.xmp").write_bytes(sidecar(2, rating=4))
    (mount.branch / "masks/subject.png").write_bytes(mask(90))
    return mount


def test_states_of_a_branch_are_grouped_by_day_and_time(edited: Mounted) -> None:
    entries = [entry for entry in edited.repository.log.entries() if entry.op == "snapshot"]
    (day,) = (edited.path / "history/main").iterdir()
    assert day.name == f"{entries[-1].time:%Y-%m-%d}"
    names = sorted(os.listdir(day))
    assert names == sorted(f"{entry.time:%H.%M.%S}-{str(entry.hash)[:12]}" for entry in entries)
    for entry in entries:
        folder = day / f"{entry.time:%H.%M.%S}-{str(entry.hash)[:12]}"
        snapshot = edited.path / f"snapshots/{entry.hash}"
        assert (folder / "image.xmp").read_bytes() == (snapshot / "image.xmp").read_bytes()
        assert os.listdir(folder) == os.listdir(snapshot)


def test_history_is_real_folders_and_read_only(edited: Mounted) -> None:
    (day,) = (edited.path / "history/main").iterdir()
    state = next(day.iterdir())
    assert state.is_dir()
    assert not state.is_symlink()
    with pytest.raises(OSError, match="Read-only"):
        (state / "image.xmp").open("wb")
    with pytest.raises(OSError, match="Read-only"):
        (edited.path / "history/new").mkdir()


def test_nested_and_deleted_branches_have_their_history(edited: Mounted) -> None:
    warm = BranchName("looks/warm")
    create_branch(edited.repository, warm)
    delete_branch(edited.repository, warm)
    assert sorted(os.listdir(edited.path / "history")) == ["looks", "main"]
    (day,) = (edited.path / "history/looks/warm").iterdir()
    (state,) = day.iterdir()
    assert (state / "image.xmp").is_file()


def test_the_listing_of_a_fixed_state_follows_its_image(edited: Mounted) -> None:
    state, image = edited.path / "snapshots" / edited.repository.tip(MAIN), edited.repository.image
    assert image is not None
    assert {image.name, image.sidecar_name} < set(os.listdir(state))
    for name in ("b.tif", image.name, "c.tif"):
        now = edited.repository.image
        assert now is not None
        now.path.rename(now.path.with_name(name))
        assert set(os.listdir(state)) == {"image.xmp", "masks", "drawn", name, f"{name}.xmp"}


def test_collected_state_is_skipped(edited: Mounted) -> None:
    first = saves(edited.repository)[0]
    (day,) = (edited.path / "history/main").iterdir()
    assert any(name.endswith(first[:12]) for name in os.listdir(day))
    shutil.rmtree(edited.repository.root / "objects" / first[:2])
    assert not any(name.endswith(first[:12]) for name in os.listdir(day))


def test_long_log_is_read_correctly(edited: Mounted) -> None:
    tip = edited.repository.tip(MAIN)
    start = datetime(2020, 1, 1, tzinfo=UTC)
    with (edited.repository.root / "log.jsonl").open("a") as log:
        for number in range(20_000):
            other = Digest.of(str(number).encode())
            at = (start + timedelta(minutes=number)).isoformat()
            line = LogEntry("snapshot", tip if number % 1440 == 7 else other, "refs/heads/main", timestamp=at)
            log.write(json.dumps(line.to_json()) + "\n")
    days = sorted(os.listdir(edited.path / "history/main"))
    assert days[:2] == ["2020-01-01", "2020-01-02"]
    assert len(days) == 1 + 20_000 // 1440 + 1
    assert os.listdir(edited.path / "history/main/2020-01-03") == [f"00.07.00-{tip[:12]}"]


def test_changes_are_shown_in_words_and_pictures(edited: Mounted) -> None:
    folder = edited.path / "compare/v2..main"
    assert sorted(os.listdir(folder)) == ["changes.json", "changes.md", "drawn", "image.xmp.diff", "masks"]
    words = (folder / "changes.md").read_text()
    assert "exposure" in words.lower()
    assert "rating" in words.lower()
    assert json.loads((folder / "changes.json").read_text())["root"] is not None
    diff = (folder / "image.xmp.diff").read_text()
    assert '-   xmp:Rating="1"' in diff
    assert '+   xmp:Rating="4"' in diff
    with Image.open(io.BytesIO((folder / "masks/subject.png").read_bytes())) as heat:
        assert heat.width >= 32


def test_mask_that_is_not_a_picture_has_an_empty_heat_map(edited: Mounted) -> None:
    objects = edited.repository.objects
    broken = objects.put(mask(50)[:-20], Kind.MASK)
    note = '<chemigram:masks xmlns:chemigram="urn:chemigram:ns:1.0/"><rdf:Bag><rdf:li chemigram:name="subject"'
    note += f' chemigram:sha256="{broken}"/></rdf:Bag></chemigram:masks></rdf:Description>'
    state = parse(sidecar(3).replace(b"</rdf:Description>", note.encode()))
    folder = edited.path / f"compare/v2..{objects.put(state.canonical(), Kind.SNAPSHOT)}"
    assert os.listdir(folder / "masks") == ["subject.png"]
    assert (folder / "masks/subject.png").read_bytes() == b""
    assert "subject" in (folder / "changes.md").read_text()
    assert edited.daemon.poll() is None


def test_sizes_are_exact_before_reading(edited: Mounted) -> None:
    for path in sorted((edited.path / "compare/v1..main").rglob("*")):
        if path.is_file():
            assert path.stat().st_size == len(path.read_bytes())


def test_states_are_compared_under_any_of_their_names(edited: Mounted) -> None:
    first, *_, last = saves(edited.repository)
    create_branch(edited.repository, BranchName("looks/warm"), first)
    for name in (f"{first}..{last}", f"{first[:8]}..HEAD", "v1..main", "looks/warm..main", "main..looks/warm"):
        assert (edited.path / "compare" / name / "changes.md").read_text().strip()
    assert os.listdir(edited.path / "compare") == []
    for name in ("v1..nope", "nope", "..", "v1..", "..v1"):
        assert not (edited.path / f"compare/{name}/changes.md").exists()


def test_the_same_state_has_no_changes(edited: Mounted) -> None:
    assert (edited.path / "compare/main..main/changes.md").read_text().strip().endswith("No changes.")
    assert json.loads((edited.path / "compare/main..main/changes.json").read_text())["root"] is None
