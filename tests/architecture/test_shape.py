"""Short functions, and small modules that are named by nouns; a list of what is still too large only shrinks.

A function's length is counted from its `def` to its last line: docstring included, since it is read with the rest, and
decorators not, since they are about the name. A function inside another one counts by itself, and in the outer one.
"""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("chemfs", "core/chemigram_core")
MEDIAN_LINES, MOST_LINES = 6, 30
MODULE_LINES = 250  # no module has so many

NOT_GERUNDS = {  # words that end so and are nouns or adjectives
    "blending": "darktable's blend parameters",
    "bookkeeping": "the properties that aren't part of an edit",
    "encoding": "of parameters",
    "finding": "of fsck",
    "increasing": "as in the longest increasing subsequence",
    "pending": "not yet done",
    "string": "text",
}


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions() -> Iterator[tuple[str, int]]:
    """Every function of the packages by file and name, with its number of lines."""
    for path in modules(*PACKAGES):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{label(path)}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_the_median_function_is_short() -> None:
    assert statistics.median(lines for _, lines in functions()) <= MEDIAN_LINES


def test_no_function_is_long() -> None:
    assert not {name for name, lines in functions() if lines > MOST_LINES}


def test_no_module_is_large() -> None:
    sizes = {label(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules(*PACKAGES)}
    assert {name for name, lines in sizes.items() if lines >= MODULE_LINES} == set()


@pytest.mark.parametrize("path", modules(*PACKAGES, "scripts", "tests/support"), ids=label)
def test_module_names_are_nouns(path: Path) -> None:
    assert not {word for word in path.stem.split("_") if word.endswith("ing")} - NOT_GERUNDS.keys()


@pytest.mark.parametrize("path", modules("scripts", "tests/support"), ids=label)
def test_each_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
