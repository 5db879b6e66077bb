"""The masks of a stored object are found without parsing all of it, and are those that parsing finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidXmp
from chemigram_core.names import MaskName
from chemigram_core.sidecar import masks_of, parse
from chemigram_core.sidecar.mask_note import masks_written, note_alone
from tests.support.builders import sidecar

NAMES = st.text(st.sampled_from("ab<>&\"'é [{%"), min_size=1, max_size=8).filter(lambda name: name.strip(" ") == name)
MASKS = st.dictionaries(NAMES.map(MaskName), st.binary().map(Digest.of), max_size=5)


@given(MASKS)
def test_quick_search_finds_what_parsing_finds(masks: dict[MaskName, Digest]) -> None:
    document = parse(sidecar()).with_masks(masks)
    stored = document.canonical()
    assert (note_alone(stored) is not None) == bool(masks)
    assert masks_of(stored) == parse(stored).masks == masks


def test_other_layouts_are_parsed_completely() -> None:
    masks = {MaskName("subject"): Digest.of(b"")}
    stored = parse(sidecar()).with_masks(masks).canonical().replace(b"\n   <chemigram", b"\n  <chemigram")
    assert note_alone(stored) is None
    assert masks_of(stored) == masks


def test_canonical_layout_needs_no_parser() -> None:
    masks = {MaskName(name): Digest.of(name.encode()) for name in ("sky", "été", "a [1]")}
    note = note_alone(parse(sidecar()).with_masks(masks).canonical())
    assert note is not None
    assert masks_written(note) == masks


@pytest.mark.parametrize("name", [b"sk\xff", b"a/sky", b".sky", b"sky\x7f", b"sk\xef\xbf\xbe", b"sea"])
def test_a_note_that_breaks_a_rule_is_refused(name: bytes) -> None:
    masks = {MaskName("sky"): Digest.of(b""), MaskName("sea"): Digest.of(b"")}
    stored = parse(sidecar()).with_masks(masks).canonical().replace(b'"sky"', b'"' + name + b'"')
    with pytest.raises(InvalidXmp):
        masks_of(stored)
