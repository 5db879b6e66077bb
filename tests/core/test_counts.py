"""What a save, a look and an export cost: files opened and XML documents parsed, since times can't be asserted."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from chemigram_core import fsck, gc
from chemigram_core.durable import beneath, file_cache
from chemigram_core.log import journal
from chemigram_core.names import MaskName, TagName
from chemigram_core.operations.export import export
from chemigram_core.operations.save import Saved, Unchanged, save_xmp
from chemigram_core.repository import MAIN, Repository
from chemigram_core.sidecar import document
from chemigram_core.store import content
from chemigram_core.store.objects import Kind
from tests.core.calls import count_calls
from tests.support.builders import mask, sidecar
from tests.support.memory import forget_everything

SKY = MaskName("sky")


class Cost(NamedTuple):
    opens: int
    parses: int


Measure = Callable[[Callable[[], object]], Cost]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Two states on main; the second has a mask."""
    repository = Repository.init(tmp_path / "repository")
    save_xmp(repository, MAIN, sidecar(1))
    save_xmp(repository, MAIN, sidecar(2), mask_files={SKY: mask()})
    return repository


@pytest.fixture
def cost(monkeypatch: pytest.MonkeyPatch) -> Measure:
    if not beneath.has_openat2():
        pytest.skip("without openat2 each part of a path is opened")
    monkeypatch.setattr(file_cache, "_RACY_NS", -1_000_000_000_000)  # as if every file had been written long ago
    opens = [count_calls(monkeypatch, os, "open"), count_calls(monkeypatch, beneath, "_syscall")]
    parses = count_calls(monkeypatch, document, "rdf_element")

    def measured(work: Callable[[], object]) -> Cost:
        before = Cost(sum(map(len, opens)), len(parses))
        work()
        return Cost(sum(map(len, opens)) - before.opens, len(parses) - before.parses)

    return measured


def carried(repository: Repository, exposure: int) -> bytes:
    """What darktable writes on a branch: the next edit, with the note of masks that it read."""
    return document.parse(sidecar(exposure)).with_masks(repository.head_masks()).canonical()


def test_a_save_parses_what_comes_in_and_opens_few_files(repository: Repository, cost: Measure) -> None:
    data = carried(repository, 3)
    opens, parses = cost(lambda: save_xmp(repository, MAIN, data))
    assert parses == 1
    assert opens <= 25


def test_a_save_that_changes_nothing_writes_nothing(repository: Repository, cost: Measure) -> None:
    data = carried(repository, 2)
    outcomes = []
    opens, parses = cost(lambda: outcomes.append(save_xmp(repository, MAIN, data)))
    assert isinstance(outcomes[0], Unchanged)
    assert parses == 1
    assert opens <= 10


def test_a_new_process_parses_the_tip_once_more(repository: Repository, cost: Measure) -> None:
    data = carried(repository, 3)
    forget_everything()
    fresh = Repository(repository.root)
    opens, parses = cost(lambda: save_xmp(fresh, MAIN, data))
    assert parses == 2
    assert opens <= 33


def test_caches_after_a_save_match_a_new_process(repository: Repository) -> None:
    saved = save_xmp(repository, MAIN, carried(repository, 3))
    assert isinstance(saved, Saved)
    known = repository.states
    remembered = (known.read(saved.digest), known.edit(saved.digest), known.document(saved.digest))
    forget_everything()
    assert (known.read(saved.digest), known.edit(saved.digest), known.document(saved.digest)) == remembered
    assert remembered[-1] is not known.document(saved.digest)


@pytest.mark.parametrize(("name", "opens"), [(MAIN, 1), (TagName("missing"), 0)])
def test_ref_costs_one_read(repository: Repository, cost: Measure, name: TagName, opens: int) -> None:
    assert cost(lambda: repository.refs.look(name)) == (opens, 0)


def test_object_is_looked_up_once_and_hashed_once(
    repository: Repository, cost: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    tip = repository.tip(MAIN)
    forget_everything()
    hashes = count_calls(monkeypatch, content, "read_content")
    for _ in range(3):
        assert cost(lambda: os.close(repository.objects.open(tip, Kind.SNAPSHOT))) == (1, 0)
    assert len(hashes) == 1
    assert cost(lambda: repository.objects.info(tip, Kind.SNAPSHOT)) == (1, 0)


def test_repository_objects_of_one_place_share_their_caches(repository: Repository, cost: Measure) -> None:
    tip = repository.tip(MAIN)
    repository.states.edit(tip)
    assert cost(lambda: Repository(repository.root).states.edit(tip)) == (0, 0)


def test_an_export_opens_each_file_of_the_state_once(repository: Repository, cost: Measure, tmp_path: Path) -> None:
    tip = repository.tip(MAIN)
    opens, parses = cost(lambda: export(repository, tip, tmp_path / "out"))
    assert parses == 0
    assert opens <= 6


@pytest.mark.parametrize("work", [fsck.check, lambda root: gc.find_garbage(Repository(root))], ids=["fsck", "gc"])
def test_gc_and_fsck_parse_each_log_line_once(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, work: Callable[[Path], object]
) -> None:
    for exposure in range(3, 9):
        save_xmp(repository, MAIN, sidecar(exposure))
    lines = count_calls(monkeypatch, journal, "parse_line")
    work(repository.root)
    assert len(lines) == 8


def test_log_is_indexed_once_and_then_read_incrementally(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = count_calls(monkeypatch, journal, "parse_line")
    for exposure in range(3, 6):
        saved = save_xmp(repository, MAIN, sidecar(exposure))
        assert Repository(repository.root).history.parent(saved.digest)
    assert len(lines) == 5


def test_the_newest_lines_of_a_long_log_are_read_from_its_end(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = count_calls(monkeypatch, journal, "parse_line")
    next(iter(Repository(repository.root).log.newest_first()))
    assert len(lines) == 1
