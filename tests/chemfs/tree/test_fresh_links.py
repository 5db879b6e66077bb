"""Links that `ln` has just made: how long they stay links."""

from __future__ import annotations

import time

import pytest

from chemfs.tree import head_link
from chemfs.tree.head_link import FreshLinks

TAG = "tags/v1"


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> FreshLinks:
    monkeypatch.setattr(head_link, "_REMEMBERED_SECONDS", 0.2)
    return FreshLinks()


def test_link_stays_while_it_is_looked_up(fresh: FreshLinks) -> None:
    fresh.add(TAG, "heads/main")
    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        assert (link := fresh.get(TAG)) is not None
        assert link.target() == "heads/main"
    assert fresh.paths() == [TAG]


def test_link_that_was_never_looked_up_expires(fresh: FreshLinks) -> None:
    fresh.add(TAG, "heads/main")
    time.sleep(0.3)
    assert fresh.paths() == []
    assert fresh.get(TAG) is None


def test_link_can_be_taken_once(fresh: FreshLinks) -> None:
    fresh.add(TAG, "heads/main")
    assert fresh.take(TAG) is not None
    assert fresh.take(TAG) is None
