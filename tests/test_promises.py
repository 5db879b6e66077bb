"""Every promise names what tries to break it, and all of that exists."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROMISES = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
}


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(test_\w+)`", PROMISES))))
def test_named_tests_exist(name: str) -> None:
    assert name in TESTS


def campaigns() -> set[str]:
    """The names that the campaigns' command line accepts."""
    command = [sys.executable, "-m", "scripts.campaigns", "--help"]
    usage = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"\w+", re.findall(r"\{([\w,]+)\}", usage)[0]))


def test_every_campaign_is_named_and_runs_in_the_suite() -> None:
    small = (ROOT / "tests" / "campaigns" / "test_small.py").read_text(encoding="utf-8")
    assert set(re.findall(r"`campaign (\w+)`", PROMISES)) == campaigns() == set(re.findall(r'run\("(\w+)"', small))


def test_named_scripts_exist() -> None:
    assert all((ROOT / name).exists() for name in re.findall(r"`(scripts/[\w./]+)`", PROMISES))
