"""Layouts of parameters: whole, within their size, and quiet about everything that they don't know."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chemigram_core.darktable.layouts import LAYOUTS, layout_of
from chemigram_core.darktable.modules import NAMES
from chemigram_core.darktable.settings import OTHER, Choice, Layout, Number, Whole

TWO = Layout(12, (Number(0, "strength", "%", 1, 100), Choice(8, "mode", {0: "off", 1: "on"})))


@pytest.mark.parametrize("key", LAYOUTS, ids=lambda key: f"{key[0]}-{key[1]}")
def test_a_layout_names_a_module_and_fields_within_its_size(key: tuple[str, int]) -> None:
    layout = LAYOUTS[key]
    offsets = [setting.offset for setting in layout.settings]
    assert key[0] in NAMES
    assert len(set(offsets)) == len(offsets)
    assert all(0 <= offset <= layout.size_bytes - 4 and offset % 4 == 0 for offset in offsets)
    assert len({setting.label for setting in layout.settings}) == len(offsets)


@pytest.mark.parametrize("key", LAYOUTS, ids=lambda key: f"{key[0]}-{key[1]}")
def test_every_changed_byte_is_reported(key: tuple[str, int]) -> None:
    layout = LAYOUTS[key]
    before = bytes(layout.size_bytes)
    for at in range(layout.size_bytes):
        after = bytearray(before)
        after[at] = 1
        assert len(layout.changes(before, bytes(after))) == 1
    assert layout.changes(before, before) == {}


@given(st.binary(min_size=12, max_size=12), st.binary(min_size=12, max_size=12))
def test_different_values_never_print_alike(before: bytes, after: bytes) -> None:
    layout = Layout(12, (Whole(0, "a"), Whole(4, "b"), Choice(8, "c", {0: "x"})))
    for old, new in layout.changes(before, after).values():
        assert old != new


def test_values_have_units_and_enough_digits() -> None:
    assert TWO.values(struct.pack("<ffi", 0.125, 9.0, 1)) == {"strength": "12.5 %", "mode": "on"}
    before, after = struct.pack("<ffi", 0.5, 0.0, 0), struct.pack("<ffi", 0.50001, 0.0, 7)
    assert TWO.changes(before, after) == {"strength": ("50.000 %", "50.001 %"), "mode": ("off", "choice 7")}


def test_change_of_an_unknown_field_is_reported_without_values() -> None:
    assert TWO.changes(struct.pack("<ffi", 1, 0, 0), struct.pack("<ffi", 1, 1, 0)) == {OTHER: ("", "")}


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_value_that_is_not_finite_is_unset(value: float) -> None:
    assert TWO.values(struct.pack("<ffi", value, 0, 0))["strength"] == "unset"


@pytest.mark.parametrize(
    ("operation", "version", "size"),
    [("exposure", 6, 28), ("exposure", 8, 24), ("exposure", None, 24), ("unheard of", 1, 4), ("exposure", 6, None)],
)
def test_parameters_of_another_size_have_no_layout(operation: str, version: int | None, size: int | None) -> None:
    assert layout_of(operation, version, None if size is None else bytes(size)) is None
