"""Tests and scripts share `tests.support`, and nothing else of each other: either can be changed without the other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHARED = "tests.support"
SCRIPTS = sorted((ROOT / "scripts").rglob("*.py"))
SUPPORT = sorted((ROOT / "tests" / "support").rglob("*.py"))
TESTS = sorted(set((ROOT / "tests").rglob("*.py")) - set(SUPPORT))


def imports(path: Path, package: str) -> set[str]:
    """The modules below `package` that a file imports."""
    names = imported_modules(ast.parse(path.read_text(encoding="utf-8")))
    return {name for name in names if f"{name}.".startswith(f"{package}.")}


def imported_modules(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SCRIPTS, ids=label)
def test_scripts_import_only_support_from_the_tests(path: Path) -> None:
    assert not imports(path, "tests") - imports(path, SHARED)


@pytest.mark.parametrize("path", TESTS, ids=label)
def test_tests_import_no_scripts(path: Path) -> None:
    assert not imports(path, "scripts")


@pytest.mark.parametrize("path", SUPPORT, ids=label)
def test_support_imports_neither_tests_nor_scripts(path: Path) -> None:
    assert not imports(path, "scripts") | imports(path, "tests") - imports(path, SHARED)
