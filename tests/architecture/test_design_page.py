"""The design page maps the house: one line for each package folder, and none for a folder that isn't there.

A line is a row of a table that begins with the folder's path: | `chemfs/tree/heads/` | what it is |
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `((?:chemfs|core)/[\w/]*)` +\| +\w", re.MULTILINE)


def folders() -> list[str]:
    """The folders that hold modules."""
    found = {path.parent for package in ("chemfs", "core") for path in (ROOT / package).rglob("*.py")}
    return sorted(f"{path.relative_to(ROOT).as_posix()}/" for path in found)


def test_the_page_has_one_line_for_each_folder() -> None:
    assert sorted(ROW.findall(PAGE)) == folders()
