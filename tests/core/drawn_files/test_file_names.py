"""Pictures of drawn masks have names that are safe, short and different, and stay the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chemigram_core.darktable import Entry
from chemigram_core.drawn_files.file_names import mask_names, shape_name
from chemigram_core.names import folded


def entry(operation: str, name: str = "", priority: int = 0) -> Entry:
    texts = {"operation": operation, "multi_name": name, "multi_priority": str(priority)}
    return Entry({f"darktable:{field}": text for field, text in texts.items()})


def names(*entries: Entry) -> list[str]:
    found = mask_names(entries)
    return [found[each.instance] for each in entries]


def test_an_instance_without_a_name_is_called_like_its_operation() -> None:
    assert names(entry("exposure")) == names(entry("exposure", "0")) == ["exposure.png"]


def test_a_name_follows_the_operation() -> None:
    assert names(entry("exposure"), entry("exposure", "sky", 1)) == ["exposure.png", "exposure-sky.png"]


def test_equal_names_get_the_priority_whatever_their_case_and_order() -> None:
    first, second, third = entry("exposure", "Sky", 1), entry("exposure", "sky", 2), entry("exposure", "", 3)
    assert names(third, second, first) == ["exposure.png", "exposure-sky-2.png", "exposure-Sky.png"]
    assert names(entry("exposure", "", 4), entry("exposure", "0", 7)) == ["exposure.png", "exposure-7.png"]


def test_a_priority_that_is_another_name_is_added_again() -> None:
    assert names(entry("bloom"), entry("bloom", "", 1), entry("bloom", "1", 5)) == [
        "bloom.png",
        "bloom-1.png",
        "bloom-1-5.png",
    ]


@pytest.mark.parametrize(
    ("operation", "name", "file"),
    [
        ("exposure", "a/b\n", "exposure-a_b_.png"),
        (".exposure", "", "_exposure.png"),
        ("", "", "_.png"),
        ("exposure", "\u202egnp", "exposure-_gnp.png"),
        ("exposure", "..", "exposure-...png"),
        ("exposure", "é" * 60, f"exposure-{'é' * 43}.png"),
    ],
)
def test_unsuitable_file_names_are_replaced(operation: str, name: str, file: str) -> None:
    assert names(entry(operation, name)) == [file]


@given(st.lists(st.tuples(st.text(max_size=120), st.text(max_size=120)), max_size=6))
def test_names_are_different_and_can_be_made_anywhere(found: list[tuple[str, str]]) -> None:
    made = names(*(entry(operation, name, number) for number, (operation, name) in enumerate(found)))
    assert len(set(map(folded, made))) == len(made)
    assert all("/" not in one and not one.startswith(".") and len(one.encode()) <= 100 for one in made)


def test_a_shape_is_called_as_in_darktable_with_its_id() -> None:
    assert shape_name("circle #1", 1663) == "circle #1 (1663).png"
    assert shape_name("", 7) == "shape (7).png"
    assert shape_name("é" * 90, -7).endswith("é (-7).png")
    assert len(shape_name("é" * 90, 7).encode()) <= 100
