"""Each fact is written in one module: the name of a property, for example, or the signature of a PNG."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

CORE = Path(__file__).parents[2] / "core" / "chemigram_core"
NAMESPACES = ("darktable:", "chemigram:")


def constants(path: Path) -> Iterator[str | bytes]:
    """The texts and bytes in a module, but for its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node not in documented and isinstance(node.value, str | bytes):
            yield node.value


def places() -> dict[str | bytes, set[str]]:
    """The modules in which each constant stands."""
    found = defaultdict[str | bytes, set[str]](set)
    for path in CORE.rglob("*.py"):
        for constant in constants(path):
            found[constant].add(str(path.relative_to(CORE)))
    return found


def test_each_property_name_is_written_in_one_module() -> None:
    names = {name: modules for name, modules in places().items() if str(name).startswith(NAMESPACES)}
    assert "darktable:history" in names
    assert {name: modules for name, modules in names.items() if len(modules) > 1} == {}


def test_property_names_are_not_concatenated() -> None:
    assert not set(NAMESPACES) & places().keys(), "a name that is put together can't be searched for"


def test_png_signature_is_written_in_one_module() -> None:
    signed = {module for constant, modules in places().items() if b"PNG" in _bytes(constant) for module in modules}
    assert {"signature.py"} == signed


def _bytes(constant: str | bytes) -> bytes:
    return constant if isinstance(constant, bytes) and constant.startswith(b"\x89") else b""
