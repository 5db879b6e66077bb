"""docs/comparing.md says what the code does: which settings it knows, what is bookkeeping, what is in compare/."""

from __future__ import annotations

import re
from pathlib import Path

from chemigram_core.compare.comparators import zip_archive
from chemigram_core.compare.comparators.container import MAX_DEPTH
from chemigram_core.compare.comparison import FileName
from chemigram_core.compare.edit import document
from chemigram_core.compare.renderers.narrative import Topic
from chemigram_core.darktable.layouts import LAYOUTS
from chemigram_core.darktable.modules import NAMES
from chemigram_core.masks import png
from chemigram_core.masks.png.header import MAX_DECODING_BYTES, ColorType, PngHeader
from chemigram_core.xmp import MAX_BYTES

PAGE = " ".join((Path(__file__).parents[3] / "docs/comparing.md").read_text(encoding="utf-8").split())


def test_page_names_every_module_with_known_settings() -> None:
    listed = PAGE.partition("(with the versions of their parameters): ")[2].partition(". ##")[0]
    found = {
        (name.strip(), int(version))
        for name, versions in re.findall(r"([a-z][^,]*?(?: \(profiled\))?) \(([0-9, ]+)\)", listed)
        for version in versions.split(",")
    }
    assert found == {(NAMES[operation], version) for operation, version in LAYOUTS}


def test_page_lists_all_bookkeeping_and_the_topics_in_order() -> None:
    for words in (*document._BOOKKEEPING.values(), document._OTHERWISE):
        assert words in PAGE
    places = [PAGE.lower().index(f"**{topic.lower()}**") for topic in Topic]
    assert places == sorted(places)


def test_the_page_names_the_files_and_the_limits() -> None:
    assert all(f"`{name}`" in PAGE for name in FileName)
    assert f"more than {MAX_DEPTH} deep" in PAGE
    assert f"more than {zip_archive.MAX_TOTAL_BYTES >> 30} GiB" in PAGE
    assert f"more than {MAX_DECODING_BYTES // 1_000_000} MB to decode" in PAGE
    assert f"XMPs above {MAX_BYTES >> 20} MiB and pictures above {png.MAX_BYTES >> 20} MiB" in PAGE


def test_the_page_names_the_largest_masks_that_are_drawn() -> None:
    words = "8-bit gray above {} million pixels, 16-bit gray above {} million; colour above {} and {} million"
    kinds = ((8, ColorType.GRAY), (16, ColorType.GRAY), (8, ColorType.RGBA), (16, ColorType.RGBA))
    limits = (MAX_DECODING_BYTES // PngHeader(1, 1, *kind, interlaced=False).decoding_bytes for kind in kinds)
    assert words.format(*(limit // 1_000_000 for limit in limits)) in PAGE
