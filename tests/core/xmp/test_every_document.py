"""What must hold for every document, in whatever spelling."""

from __future__ import annotations

import random

from hypothesis import assume, given
from hypothesis import strategies as st

from chemigram_core.darktable import BOOKKEEPING
from chemigram_core.sidecar import parse
from chemigram_core.xmp import Struct
from chemigram_core.xmp.model import Packet
from tests.core.xmp.documents import BY_PLACE, changes, packets
from tests.core.xmp.spelling import spelled

SEEDS = st.integers(0, 2**32)


@given(packets(), SEEDS, SEEDS)
def test_two_spellings_are_one_document(packet: Packet, one: int, other: int) -> None:
    first = parse(spelled(packet, random.Random(one)))
    second = parse(spelled(packet, random.Random(other)))
    assert first.canonical() == second.canonical()
    assert first.edit_digest == second.edit_digest


@given(packets(), SEEDS)
def test_canonical_form_is_idempotent(packet: Packet, seed: int) -> None:
    document = parse(spelled(packet, random.Random(seed)))
    again = parse(document.canonical())
    assert again.canonical() == document.canonical()
    assert again == document
    assert again.edit_digest == document.edit_digest


@given(packets(), st.data(), SEEDS)
def test_every_changed_value_is_another_document(packet: Packet, data: st.DataObject, seed: int) -> None:
    name, other = data.draw(st.sampled_from(changed(packet)))
    before, after = (parse(spelled(one, random.Random(seed))) for one in (packet, other))
    assert before.digest != after.digest
    if name != "darktable:history_end":  # what is above the number of entries says nothing
        assert before.edit_digest != after.edit_digest


@given(packets(), st.sampled_from(sorted(BOOKKEEPING)), st.text("abc123", max_size=5))
def test_bookkeeping_is_not_an_edit(packet: Packet, name: str, text: str) -> None:
    noted = Packet(packet.about, {**packet.properties, name: text})
    before, after = (parse(spelled(one, random.Random(1))) for one in (packet, noted))
    assert before.digest != after.digest
    assert before.edit_digest == after.edit_digest


def changed(packet: Packet) -> list[tuple[str, Packet]]:
    """`packet` with one value changed, each in turn, and the name of what was changed."""
    found = [
        (name, Packet(packet.about, other.fields))
        for name, other in changes(Struct(packet.properties))
        if isinstance(other, Struct) and name not in BY_PLACE
    ]
    assume(found)
    return found
