"""The conformance set: what any implementation of docs/canonical-xmp.md makes of these files.

`conformance/NAME.in-SPELLING.xmp` become `NAME.out.xmp`, byte for byte; those in `refused/` become nothing;
`identities.json` has both identities of each result.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chemigram_core.errors import InvalidXmp
from chemigram_core.sidecar import canonicalize, parse

SET = Path(__file__).parent / "conformance"
IDENTITIES: dict[str, dict[str, str]] = json.loads((SET / "identities.json").read_text())


@pytest.mark.parametrize("source", sorted(path.name for path in SET.glob("*.in-*.xmp")))
def test_each_spelling_becomes_its_result(source: str) -> None:
    result = SET / f"{source.partition('.in-')[0]}.out.xmp"
    assert canonicalize((SET / source).read_bytes()) == result.read_bytes()


@pytest.mark.parametrize("name", sorted(path.name.removesuffix(".out.xmp") for path in SET.glob("*.out.xmp")))
def test_each_result_has_its_identities(name: str) -> None:
    document = parse((SET / f"{name}.out.xmp").read_bytes())
    assert {"snapshot": document.digest, "edit": document.edit_digest} == IDENTITIES[name]


@pytest.mark.parametrize("name", sorted(path.name for path in (SET / "refused").glob("*.xmp")))
def test_invalid_files_are_refused(name: str) -> None:
    with pytest.raises(InvalidXmp):
        parse((SET / "refused" / name).read_bytes())
