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
WINGS = {  # the floors of each package, lowest first
    "chemigram_core": (
        "errors printable digest layout progress problem_kind",
        "names",
        "durable signature",
        "store refs log",
        "masks xmp image.header",
        "darktable",
        "sidecar",
        "states state_files image rejected scratch",
        "repository",
        "folder_kind drawn_files",
        "library_folders library_file roll_file operations previews",
        "shoot",
        "roll",
        "gc fsck compare status",
        "library",
        "gallery",
        "api",
    ),
    "chemfs.tree": (
        "errors readme permissions",
        "open_files",
        "nodes",
        "objects xattrs head_link computed_files days picture_names image_log image_look preview_look",
        "heads",
        "open_repository",
        "image_file preview_file drawn",
        "real_file ref_folder state",
        "foreign_folder",
        "gallery_pictures",
        "gallery_page",
        "heads.file_nodes heads.branch_drawn heads.folder_nodes heads.branch_folder heads.heads_folder",
        "tags snapshots history compare compare_drawn previews rejected roll",
        "repository tagged",
        "library background",
        "tree",
    ),
    "chemfs": ("exit_codes", "mount", "watch", "render", "cli __main__"),
}
FLOORS = [
    floor
    for package, floors in WINGS.items()
    for floor in (*({f"{package}.{room}" for room in rooms.split()} for rooms in floors), {package})
]
CORE_MUST_NOT_IMPORT = {"fuse", "errno", "chemfs", "argparse", "rich"}


def module_files() -> dict[str, Path]:
    return {
        ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__"): path
        for package, base in PACKAGES.items()
        for path in (base / package).rglob("*.py")
    }


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full"
            for alias in node.names:
                inside = f"{node.module}.{alias.name}"
                yield inside if inside in MODULES else node.module or ""


MODULES = module_files()
IMPORTS = {name: set(imported_modules(path)) for name, path in MODULES.items()}


def test_imports_have_no_cycles() -> None:
    graph = {name: (imports & MODULES.keys()) - {name} for name, imports in IMPORTS.items()}
    assert list(TopologicalSorter(graph).static_order())


def floor(module: str) -> int:
    """The floor of the room that a module is in."""
    parts = module.split(".")
    rooms = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
    return next(number for room in rooms for number, floor in enumerate(FLOORS) if room in floor)


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
