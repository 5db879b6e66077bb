"""darktable's history in every shape that its versions wrote."""

from __future__ import annotations

import base64
import zlib

import pytest

from chemigram_core.darktable import Entry
from chemigram_core.sidecar import Document, parse
from tests.core.xmp.sidecars import attributes, edited, entry, form, seq, sidecar

FIRST = {"operation": "exposure", "enabled": "1", "modversion": "2", "params": "00ff", "multi_name": ""}
FIRST |= {"multi_priority": "0", "blendop_version": "1"}
SECOND = FIRST | {"operation": "flip", "enabled": "0", "modversion": "1", "params": "01", "multi_priority": "1"}
IN_LISTS = {"operation": "history_operation", "enabled": "history_enabled", "modversion": "history_modversion",
            "params": "history_params"}  # fmt: skip


def lists(kind: str) -> bytes:
    """xmp_version 1: a list for each field; `multi_name` is shorter than the others."""
    columns = {IN_LISTS.get(field, field): (FIRST[field], SECOND[field]) for field in FIRST}
    body = "".join(
        seq(name, items(*values[: 1 if name == "multi_name" else 2]), kind) for name, values in columns.items()
    )
    return sidecar('darktable:xmp_version="1"', body + form_lists(kind))


def unnumbered() -> bytes:
    """xmp_version 2: entries without `num`, drawn shapes in lists."""
    entries = [f"<rdf:li {attributes(fields)}/>" for fields in (FIRST, SECOND)]
    return sidecar('darktable:xmp_version="2" darktable:history_end="2"', seq("history", entries) + form_lists("Seq"))


def numbered(version: int) -> bytes:
    """xmp_version 3 to 5, and later ones that keep to it, as elements instead of attributes."""
    first, second = elements({"num": "0", **FIRST}), elements({"num": "1", **SECOND})
    form = elements({"mask_num": "0", "mask_id": "7", "mask_points": "0a"})
    body = seq("history", [f"<rdf:li rdf:parseType='Resource'>{first}</rdf:li>",
                           f"<rdf:li><rdf:Description>{second}</rdf:Description></rdf:li>"])  # fmt: skip
    body += seq("masks_history", [f"<rdf:li rdf:parseType='Resource'>{form}</rdf:li>"])
    return sidecar(f'darktable:xmp_version="{version}" darktable:history_end="2"', body)


def form_lists(kind: str) -> str:
    return seq("mask_id", items("7"), kind) + seq("mask", items("0a"), kind)


def items(*texts: str) -> list[str]:
    return [f"<rdf:li>{text}</rdf:li>" for text in texts]


def elements(fields: dict[str, str]) -> str:
    return "".join(f"<darktable:{name}>{value}</darktable:{name}>" for name, value in fields.items())


SHAPES = {
    "1 in bags": lists("Bag"),
    "1 in sequences": lists("Seq"),
    "2": unnumbered(),
    "3": numbered(3),
    "4": numbered(4),
    "5": numbered(5),
    "77": numbered(77),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_format_gives_the_same_history(shape: str) -> None:
    history = parse(SHAPES[shape]).history
    first, second = history.entries
    assert (first.instance, second.instance) == (("exposure", 0), ("flip", 1))
    assert (first.enabled, second.enabled) == (True, False)
    assert (first.modversion, first.params.data, first.blendop_version) == (2, b"\x00\xff", 1)
    assert history.effective == history.entries
    assert [(shape.id, shape.points.data) for shape in history.forms] == [("7", b"\x0a")]


def test_formats_of_one_version_are_one_edit() -> None:
    old = {parse(SHAPES[shape]).edit_digest for shape in ("1 in bags", "1 in sequences", "2")}
    new = {parse(SHAPES[shape]).edit_digest for shape in ("3", "4", "5", "77")}
    assert (len(old), len(new)) == (1, 1)


def test_entries_are_ordered_by_number() -> None:
    document = edited(entry(2, "sharpen"), entry(0, "exposure"), entry(1, "flip"))
    assert operations(document) == ["exposure", "flip", "sharpen"]


def test_entries_with_equal_numbers_keep_their_order() -> None:
    document = edited(entry(1, "sharpen"), entry(0, "exposure"), entry(1, "flip"))
    assert operations(document) == ["exposure", "sharpen", "flip"]
    assert nums(document) == [0, 1, 2]


def test_gaps_are_closed_when_all_entries_count() -> None:
    assert nums(edited(entry(3, "exposure"), entry(8, "flip"))) == [0, 1]
    assert nums(edited(entry(3, "exposure"), entry(8, "flip"), end=1)) == [3, 8]
    assert nums(edited(entry(3, "exposure"), entry(8, "flip"), end=9)) == [3, 8]
    assert nums(edited(entry("00", "exposure"), entry("01", "flip"))) == [0, 1]


def test_drawn_shapes_stay_with_their_entry_when_gaps_are_closed() -> None:
    forms = (form(3, 1), form(5, 2), form(8, 3))
    document = edited(entry(3, "exposure"), entry(8, "flip"), forms=forms)
    assert [shape.num for shape in document.history.forms] == [0, 1, 1]


def test_without_numbers_the_order_is_kept() -> None:
    bare = ['<rdf:li darktable:operation="b"/>', '<rdf:li darktable:operation="a" darktable:num="0"/>']
    assert operations(parse(sidecar('darktable:history_end="2"', seq("history", bare)))) == ["b", "a"]


def test_steps_above_the_end_are_undone_but_kept() -> None:
    history = edited(entry(0, "exposure"), entry(1, "flip"), end=1).history
    assert [step.operation for step in history.effective] == ["exposure"]
    assert [step.operation for step in history.entries] == ["exposure", "flip"]
    assert edited(entry(0, "exposure"), end=5).history.effective


def test_the_last_step_of_an_instance_is_its_state() -> None:
    document = edited(
        entry(0, "exposure", params="aa"),
        entry(1, "exposure", params="bb", multi_priority="1"),
        entry(2, "flip"),
        entry(3, "exposure", params="cc"),
        entry(4, "exposure", params="dd"),
        end=4,
    )
    state = document.history.instances
    assert list(state) == [("exposure", 1), ("flip", 0), ("exposure", 0)]
    assert state["exposure", 0].params.data == b"\xcc"


def test_binary_values_are_read_in_both_spellings() -> None:
    data = b"some parameters" * 9
    packed = f"gz09{base64.b64encode(zlib.compress(data)).decode()}"
    assert params(packed) == params(data.hex()) == data
    assert params("") == b""


@pytest.mark.parametrize("text", ["AB", "abc", "zz", "gz", "gz01", "gz1", "gz01!!!!", "gz01eJwB", "gzxxeJwDAAAAAAE="])
def test_values_unreadable_to_darktable_have_no_data(text: str) -> None:
    assert params(text) is None


def test_value_that_inflates_too_far_has_no_data() -> None:
    packed = base64.b64encode(zlib.compress(bytes(20_000_000))).decode()
    assert params(f"gz99{packed}") is None


def test_missing_history_is_empty() -> None:
    assert not parse(sidecar()).history.entries
    assert not parse(sidecar("", seq("history", []))).history.entries
    assert not parse(sidecar("", seq("history", items("not", "entries")))).history.entries


def operations(document: Document) -> list[str]:
    return [step.operation for step in parse(document.canonical()).history.entries]


def nums(document: Document) -> list[int | None]:
    return [step.num for step in parse(document.canonical()).history.entries]


def params(text: str) -> bytes | None:
    return Entry({"darktable:params": text}).params.data
