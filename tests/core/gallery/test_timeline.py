"""The states of an image in order, and the line that is drawn through them."""

from __future__ import annotations

from pathlib import Path

import pytest

from chemigram_core.gallery.page.history_line import history_line
from chemigram_core.gallery.timeline import timeline
from chemigram_core.operations import refs
from chemigram_core.refs.head import OnBranch
from chemigram_core.repository import MAIN, Repository
from chemigram_core.store.objects import Kind
from tests.support.edited_scene import WARM, save


@pytest.fixture
def branched(tmp_path: Path) -> Repository:
    """Two states on main, then one on a branch from the first, then a third on main."""
    repository = Repository.init(tmp_path / "r")
    first = save(repository, MAIN, 1, "first")
    save(repository, MAIN, 2, "second")
    refs.create_branch(repository, WARM, first)
    save(repository, WARM, 3, "warmer")
    save(repository, MAIN, 4, "third")
    return repository


def test_states_are_in_the_order_of_their_saves(branched: Repository) -> None:
    assert [state.label for state in timeline(branched)] == ["first", "second", "warmer", "third"]


def test_the_lane_of_head_is_the_first(branched: Repository) -> None:
    assert [state.lane for state in timeline(branched)] == [0, 0, 1, 0]
    refs.checkout(branched, OnBranch(WARM))
    assert [state.lane for state in timeline(branched)] == [0, 1, 0, 1]


def test_names_are_shown_at_their_states(branched: Repository) -> None:
    assert [(state.branches, state.is_head) for state in timeline(branched)] == [
        ((), False),
        ((), False),
        ((WARM,), False),
        ((MAIN,), True),
    ]


def test_a_collected_state_is_left_out_and_its_children_follow_the_one_before(branched: Repository) -> None:
    first, second, *_ = timeline(branched)
    (branched.root / branched.objects.path(second.digest, Kind.SNAPSHOT)).unlink()
    states = {state.label: state for state in timeline(branched)}
    assert states["third"].parent == first.digest
    assert "second" not in states


def test_a_state_without_a_line_in_the_log_is_shown_if_a_ref_names_it(branched: Repository) -> None:
    (branched.root / "log.jsonl").unlink()
    states = timeline(Repository(branched.root))
    assert {name for state in states for name in state.branches} == {MAIN, WARM}
    assert len(states) == 2


def test_a_return_to_an_old_state_shows_no_state_twice(branched: Repository) -> None:
    first = timeline(branched)[0]
    save(branched, MAIN, 1, "")
    found = timeline(branched)
    assert len(found) == 4
    assert (found[0].digest, found[0].is_head) == (first.digest, True)


def test_a_branch_parts_from_the_line_where_it_came_from(branched: Repository) -> None:
    line = history_line(timeline(branched))
    assert [point.y for point in line.points] == [10, 10, 30, 10]
    assert [curve.path for curve in line.curves] == [
        "M76 10H228",
        "M76 10C114 10 114 30 152 30H380",
        "M228 10H532",
    ]
    assert (line.width, line.height) == (4 * 152, 40)


def test_a_repository_without_a_state_has_an_empty_line(tmp_path: Path) -> None:
    assert history_line(timeline(Repository.init(tmp_path / "r"))).points == []
