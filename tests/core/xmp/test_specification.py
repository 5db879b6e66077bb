"""docs/canonical-xmp.md says what the code does: its examples, its tables and its limits."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest

from chemigram_core.darktable import BOOKKEEPING
from chemigram_core.darktable.edit.order import LEGACY_ORDER
from chemigram_core.darktable.encoding import MAX_DECODED_BYTES
from chemigram_core.sidecar import canonicalize
from chemigram_core.xmp.envelope import MAX_BYTES
from chemigram_core.xmp.namespaces import KNOWN, TABLE
from chemigram_core.xmp.reader import MAX_DEPTH, MAX_FIELDS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "canonical-xmp.md").read_text()
EXAMPLES = re.findall(r"```xml\n(.*?)```\n```xml\n(.*?)```", PAGE, re.DOTALL)
ROW = re.compile(r"^\| `?([^|`]+?)`? \| (.*) \|$", re.MULTILINE)


@pytest.mark.parametrize(("before", "after"), EXAMPLES)
def test_examples_match_the_code(before: str, after: str) -> None:
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in KNOWN.items() if prefix != "xml")
    assert after in canonicalize(f"<rdf:RDF {declared}>{before}</rdf:RDF>".encode()).decode()


def test_every_rule_but_the_first_has_an_example() -> None:
    rules = re.split(r"^### \d+\. ", PAGE.partition("## The edit")[0], flags=re.MULTILINE)
    assert len(rules) == 11
    assert all("```xml" in rule for rule in rules[2:])


def test_table_of_bookkeeping_matches_the_code() -> None:
    edit = PAGE.partition("## The edit")[2].partition("## Namespaces")[0]
    assert dict(ROW.findall(edit)[1:]) == BOOKKEEPING


def test_table_of_namespaces_is_where_the_page_says() -> None:
    assert f"`{TABLE.relative_to(ROOT)}`" in PAGE


def test_the_examples_of_prefixes_are_right() -> None:
    rows = re.findall(r"^\| (\S+) \| (ns[0-9a-f]{20}) \|$", PAGE, re.MULTILINE)
    assert len(rows) == 5
    assert [prefix for _, prefix in rows] == [f"ns{sha256(uri.encode()).hexdigest()[:20]}" for uri, _ in rows]


def test_legacy_order_matches_the_code() -> None:
    (listed,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert listed.split() == LEGACY_ORDER


def test_limits_match_the_code() -> None:
    for limit in (
        f"{MAX_BYTES >> 20} MiB",
        f"{MAX_DECODED_BYTES >> 20} MiB",
        f"{MAX_DEPTH} deep",
        f"{MAX_FIELDS} fields",
    ):
        assert limit in PAGE
