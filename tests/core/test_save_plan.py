"""What a save does is decided from the tip and what comes in alone, and what is said of it goes into the log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chemigram_core.errors import CannotBeLogged, InvalidName, UnknownMask
from chemigram_core.log.metadata import HISTORY_LOSS
from chemigram_core.masks.provenance import Provenance
from chemigram_core.names import BranchName, MaskName
from chemigram_core.operations.refs import create_branch, rename_branch
from chemigram_core.operations.save import Unchanged, save_xmp
from chemigram_core.operations.save_plan import MISSING_MASKS, Incoming, NewSnapshot, Tip, Unedited, plan
from chemigram_core.repository import MAIN, Repository
from chemigram_core.sidecar import Document, parse
from tests.support.builders import sidecar

SKY = MaskName("sky")


def tip(document: Document) -> Tip:
    return Tip(document.digest, document, document.edit_digest)


def test_tips_own_edit_creates_no_snapshot() -> None:
    planned = plan(tip(parse(sidecar(1))), Incoming(MAIN, parse(sidecar(1, timestamp=9)), "a label"))
    assert isinstance(planned, Unedited)


def test_new_edit_is_a_snapshot_after_the_tip() -> None:
    before = tip(parse(sidecar(1, entries=3)))
    planned = plan(before, Incoming(MAIN, parse(sidecar(2)), metadata={"session": 7}))
    assert isinstance(planned, NewSnapshot)
    assert not planned.changes_registry
    assert (planned.entry.parent, planned.entry.hash) == (before.digest, parse(sidecar(2)).digest)
    assert planned.entry.metadata == {"session": 7, HISTORY_LOSS: "history shrank from 3 to 1 steps"}


def test_invalid_states_are_refused() -> None:
    document, digest = parse(sidecar(1)), parse(sidecar(1)).digest
    with pytest.raises(UnknownMask):
        plan(None, Incoming(MAIN, document, provenance={SKY: Provenance("sam2")}))
    with pytest.raises(InvalidName):
        plan(None, Incoming(MAIN, document.with_masks({SKY: digest, MaskName("Sky"): digest})))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.init(tmp_path / "repository")


def test_metadata_is_in_the_snapshots_log_line(repository: Repository) -> None:
    given: dict[str, Any] = {"agent": "mastermind", "turns": [1, 2], "of": {"session": None}}
    save_xmp(repository, MAIN, sidecar(1), metadata=given)
    assert isinstance(save_xmp(repository, MAIN, sidecar(1), metadata={"again": True}), Unchanged)
    (line,) = (repository.root / "log.jsonl").read_text().splitlines()
    assert json.loads(line)["metadata"] == given


WARM = BranchName("warm")
EARLIER, LOST = sidecar(1, entries=2), {HISTORY_LOSS: "history shrank from 3 to 2 steps"}
UNRELATED = sidecar(7, entries=2)


def metadata_of_last(repository: Repository) -> dict[str, Any]:
    return dict(next(repository.log.newest_first()).metadata)


@pytest.mark.parametrize(("first", "found"), [(UNRELATED, {}), (EARLIER, LOST)], ids=["another edit", "what is left"])
@pytest.mark.parametrize("new_name", [None, "warmer"])
def test_loss_on_a_new_branch_is_measured_against_its_first_state(
    repository: Repository, first: bytes, found: dict[str, Any], new_name: str | None
) -> None:
    save_xmp(repository, MAIN, sidecar(1, entries=3))
    create_branch(repository, WARM, "main")
    name = BranchName(new_name or WARM)
    if new_name:
        rename_branch(repository, WARM, name)
    save_xmp(repository, name, first)
    assert metadata_of_last(repository) == found
    save_xmp(repository, name, sidecar(20, entries=1))
    assert metadata_of_last(repository) == {HISTORY_LOSS: "history shrank from 2 to 1 steps"}


def test_unrelated_history_on_a_branch_with_own_saves_is_a_loss(repository: Repository) -> None:
    save_xmp(repository, MAIN, sidecar(1, entries=3))
    create_branch(repository, WARM, "main")
    save_xmp(repository, MAIN, UNRELATED)
    assert metadata_of_last(repository) == LOST


@pytest.mark.parametrize(
    "metadata",
    [
        {HISTORY_LOSS: "mine"},
        {MISSING_MASKS: {}},
        {"provenance": {}},
        {"x": {1, 2}},
        {"x": float("nan")},
        {"x": "\udcff"},
    ],
    ids=["history_loss", "missing_masks", "provenance", "a set", "not a number", "not UTF-8"],
)
def test_metadata_that_the_log_cannot_hold_is_refused(repository: Repository, metadata: dict[str, Any]) -> None:
    with pytest.raises(CannotBeLogged):
        save_xmp(repository, MAIN, sidecar(1), metadata=metadata)
    assert repository.refs.branches() == []
    assert not list(repository.objects)
