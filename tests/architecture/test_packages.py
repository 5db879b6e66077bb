"""What the tests need of a machine is what the set-up installs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LISTS = [ROOT / "scripts" / "packages-run", ROOT / "scripts" / "packages-test"]
ON_EVERY_DEBIAN = {"cp", "dd", "find", "install", "mv", "sed", "setpriv", "tar", "tee"}  # of essential packages


def lines() -> list[str]:
    return [
        line for path in LISTS for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    ]


def programs_needed() -> set[str]:
    calls = (
        call
        for path in (ROOT / "tests").rglob("*.py")
        for call in re.findall(r"needs_program\(([^)]*)\)", path.read_text(encoding="utf-8"))
    )
    return {name for call in calls for name in re.findall(r'"([\w.+-]+)"', call)}


@pytest.mark.parametrize("line", lines())
def test_each_package_says_why(line: str) -> None:
    assert re.fullmatch(r"[a-z0-9.+-]+( +[\w.+-]+)* +# \w.*", line)


def test_each_program_that_a_test_needs_is_installed() -> None:
    words = [line.split("#")[0].split() for line in lines()]
    installed = {name for package, *programs in words for name in programs or [package]}
    assert programs_needed() <= installed | ON_EVERY_DEBIAN
