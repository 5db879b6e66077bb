"""The edit identity: what counts as an edit, and what darktable and other programs change without one."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence

import pytest

from chemigram_core.darktable import BOOKKEEPING
from chemigram_core.sidecar import Document, parse
from tests.core.xmp.sidecars import edited, entry, form, seq, sidecar

EXPOSURE = entry(0, "exposure", params="0000803f")
FLIP = entry(1, "flip")
LIST = "rawprepare,0,exposure,0,flip,0,gamma,0"


def same_edit(*documents: Document) -> bool:
    return len({document.edit_digest for document in documents}) == 1


def noted(more: str) -> Document:
    return edited(EXPOSURE, FLIP, more=more)


def tagged(*tags: str) -> Document:
    """Keywords as darktable writes them: whole tags, and their single words."""
    return parse(sidecar("", bag("lr:hierarchicalSubject", tags) + bag("dc:subject", sorted(words_of(tags)))))


def words_of(tags: Sequence[str]) -> set[str]:
    return {word for tag in tags for word in tag.split("|")}


def bag(name: str, texts: Sequence[str]) -> str:
    return f"<{name}><rdf:Bag>{''.join(f'<rdf:li>{text}</rdf:li>' for text in texts)}</rdf:Bag></{name}>"


@pytest.mark.parametrize("name", sorted(BOOKKEEPING))
def test_bookkeeping_is_not_an_edit(name: str) -> None:
    absent, one, two = edited(EXPOSURE, FLIP), noted(f'{name}="1"'), noted(f'{name}="2"')
    assert len({absent.digest, one.digest, two.digest}) == 3
    assert same_edit(absent, one, two)


@pytest.mark.parametrize(
    "said",
    ['xmp:Rating="3"', 'xmp:Label="Red"', 'dc:format="a"', 'exif:GPSAltitude="1/1"', 'q:anything="b"', 'dc:source=""'],
)
def test_metadata_entered_by_people_is_an_edit(said: str) -> None:
    assert not same_edit(edited(EXPOSURE, FLIP), noted(said))


def test_binary_values_count_decoded() -> None:
    data = bytes(range(200)) * 3
    spellings = [data.hex(), *(packed(data, level, ratio) for level, ratio in ((0, 1), (6, 2), (9, 99)))]
    for field in ("params", "blendop_params"):
        assert same_edit(*(edited(entry(0, "exposure", **{field: text})) for text in spellings))
        assert not same_edit(*(edited(entry(0, "exposure", **{field: text})) for text in (data.hex(), data[1:].hex())))
    assert same_edit(*(edited(EXPOSURE, forms=[form(0, 1, mask_points=text)]) for text in spellings))


def packed(data: bytes, level: int, ratio: int) -> str:
    return f"gz{ratio:02}{base64.b64encode(zlib.compress(data, level)).decode()}"


def test_undecodable_values_count_as_written() -> None:
    assert not same_edit(*(edited(entry(0, "exposure", params=text)) for text in ("AB", "ab", "gz01AB", "gz01AC")))


def test_renumbered_steps_in_the_same_order_are_not_an_edit() -> None:
    kept = edited(EXPOSURE, FLIP, forms=[form(0, 1), form(1, 2)], end=9)
    moved = edited(EXPOSURE.replace('num="0"', 'num="4"'), FLIP.replace('num="1"', 'num="7"'),
                   forms=[form(4, 1), form(7, 2)], end=9)  # fmt: skip
    assert kept.digest != moved.digest
    assert same_edit(kept, moved)
    assert not same_edit(kept, edited(EXPOSURE, FLIP, forms=[form(0, 1), form(0, 2)], end=9))


def test_history_end_is_part_of_the_edit() -> None:
    assert same_edit(edited(EXPOSURE, FLIP), edited(EXPOSURE, FLIP, end=2), edited(EXPOSURE, FLIP, end=17))
    assert not same_edit(edited(EXPOSURE, FLIP), edited(EXPOSURE, FLIP, end=1))
    assert not same_edit(edited(EXPOSURE), edited(EXPOSURE, FLIP, end=1))


def test_order_of_steps_is_part_of_the_edit() -> None:
    swapped = edited(EXPOSURE.replace('num="0"', 'num="1"'), FLIP.replace('num="1"', 'num="0"'))
    assert not same_edit(edited(EXPOSURE, FLIP), swapped)


@pytest.mark.parametrize(
    ("name", "by_hand", "counts"),
    [("dark", "1", "dark"), ("dark", "", "dark"), ("1", "1", "1"), ("preset", "0", ""), ("0", "", ""), ("2", "", "")],
)
def test_module_names_count_only_if_entered_by_hand(name: str, by_hand: str, counts: str) -> None:
    flag = {"multi_name_hand_edited": by_hand} if by_hand else {}
    named = edited(entry(0, "exposure", multi_name=name, multi_priority="2", **flag))
    nameless = edited(entry(0, "exposure", multi_name="", multi_priority="2"))
    assert named.history.entries[0].name_by_hand == counts
    assert same_edit(named, nameless) == (not counts)


def test_the_order_of_the_pipe_counts_for_the_modules_in_use() -> None:
    usual = noted(f'darktable:iop_order_version="1" darktable:iop_order_list="{LIST}"')
    longer = noted(f'darktable:iop_order_version="0" darktable:iop_order_list="rasterfile,0,{LIST},agx,0"')
    other = noted('darktable:iop_order_list="rawprepare,0,flip,0,exposure,0,gamma,0"')
    assert same_edit(usual, longer)
    assert not same_edit(usual, other)


def test_version_of_the_order_counts_without_a_list() -> None:
    legacy, v3, v5 = (noted(f'darktable:iop_order_version="{version}"') for version in (1, 2, 4))
    assert same_edit(v3, v5)
    assert not same_edit(legacy, v3)
    unedited = [parse(sidecar(f'darktable:iop_order_version="{version}"')) for version in (1, 4)]
    assert same_edit(*unedited, parse(sidecar()))


def test_automatic_tags_are_not_an_edit() -> None:
    assert same_edit(tagged(), tagged("darktable|changed"), tagged("darktable|format|tif", "darktable|exported"))
    assert same_edit(tagged("places|Rome"), tagged("places|Rome", "darktable|changed"))
    assert not same_edit(tagged(), tagged("places|Rome"))


def test_shared_keyword_of_an_own_and_an_automatic_tag_counts() -> None:
    assert not same_edit(tagged("darktable|changed"), tagged("darktable|changed", "changed"))
    assert same_edit(tagged("changed"), tagged("darktable|changed", "changed"))


def test_empty_lists_are_ignored() -> None:
    empty = seq("masks_history", []) + seq("history", []) + bag("dc:subject", [])
    assert same_edit(parse(sidecar()), parse(sidecar("", empty)))


@pytest.mark.parametrize("text", ["49,15.194321N", "49,15.1943210N", "049,15.19432100N", "49,15,11.65926N"])
def test_positions_count_with_any_number_of_digits(text: str) -> None:
    def at(position: str) -> Document:
        return noted(f'exif:GPSLatitude="{position}"')

    assert same_edit(at("49,15.194321N"), at(text))
    assert not any(same_edit(at(text), at(other)) for other in ("49,15.194322N", "49,15.194321S", "49N", "somewhere"))


def test_masks_are_part_of_an_edit() -> None:
    note = '<chemigram:masks><rdf:Bag><rdf:li chemigram:name="sky" chemigram:sha256="{}"/></rdf:Bag></chemigram:masks>'
    assert not same_edit(parse(sidecar("", note.format("a" * 64))), parse(sidecar("", note.format("b" * 64))))
