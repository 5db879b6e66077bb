"""The house has floors: every module stands above all that it imports, and only the topmost rooms know FUSE."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"chemigram_core": ROOT / "core", "chemfs": ROOT}
MAY_IMPORT_FUSE = {"chemfs.mount.libfuse"}
FLOORS = ("chemigram_core", "chemfs.view", "chemfs.branch", "chemfs", "chemfs.mount", "chemfs.cli")  # lowest first
CORE_MUST_NOT_IMPORT = {"fuse", "errno", "chemfs", "argparse", "rich"}


def module_files() -> dict[str, Path]:
    return {
        ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__"): path
        for package, base in PACKAGES.items()
        for path in (base / package).rglob("*.py")
    }


def imported_names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


MODULES = module_files()
IMPORTS = {name: set(imported_names(path)) for name, path in MODULES.items()}


def test_imports_form_no_circle() -> None:
    graph = {name: (imports & MODULES.keys()) - {name} for name, imports in IMPORTS.items()}
    assert list(TopologicalSorter(graph).static_order())


def floor(module: str) -> int:
    """The floor of the wing that a module is in; a module of chemfs itself is in none of its wings."""
    wings = [wing for wing in FLOORS if module == wing or module.startswith(f"{wing}.")]
    return FLOORS.index(max(wings, key=len))


@pytest.mark.parametrize("name", sorted(MODULES.keys() - {"chemfs.__main__"}))
def test_imports_point_down(name: str) -> None:
    above = {imported for imported in IMPORTS[name] & MODULES.keys() if floor(imported) > floor(name)}
    assert not above


@pytest.mark.parametrize("name", sorted(name for name in MODULES if name.startswith("chemigram_core")))
def test_the_core_knows_no_mount(name: str) -> None:
    assert not {imported.split(".")[0] for imported in IMPORTS[name]} & CORE_MUST_NOT_IMPORT


@pytest.mark.parametrize("name", sorted(name for name in MODULES if name.startswith("chemfs")))
def test_only_the_adapter_knows_fuse(name: str) -> None:
    assert "fuse" not in IMPORTS[name] or name in MAY_IMPORT_FUSE


@pytest.mark.parametrize("path", sorted(MODULES.values()), ids=lambda path: path.stem)
def test_each_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
