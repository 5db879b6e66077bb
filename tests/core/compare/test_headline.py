"""A change in one line."""

from __future__ import annotations

from chemigram_core.compare.edit.headline import headline
from chemigram_core.sidecar import parse
from tests.support.builders import sidecar


def test_headline_names_each_change_of_the_edit() -> None:
    found = headline(parse(sidecar(exposure=1, rating=1)), parse(sidecar(exposure=2, rating=4)))
    assert found == "exposure: settings changed · Rating: ★ → ★★★★"


def test_headline_omits_bookkeeping() -> None:
    assert headline(parse(sidecar(timestamp=1)), parse(sidecar(timestamp=2))) == ""
