"""Comparators, transformers and data backends of others: by argument, and from installed packages, broken ones too."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import EntryPoint
from io import BufferedIOBase
from pathlib import Path

import pytest

from chemigram_core.compare import (
    Action,
    Changeset,
    DataAccess,
    DiffNode,
    Expand,
    Extension,
    Identical,
    ItemPair,
    ItemRef,
    Leaf,
    Listing,
    Outcome,
    Skip,
    as_json,
    as_text,
    compare,
    compare_paths,
    plugins,
)
from chemigram_core.errors import ObjectDamaged
from tests.core.compare.trees import InMemory

ROOT = Path(__file__).parents[3]


class LineCounter:
    """Compares texts by how many lines they have."""

    def matches(self, pair: ItemPair) -> bool:
        return pair.path.endswith(".txt") and len(pair.sides) == 2

    def compare(self, pair: ItemPair, data: DataAccess) -> Outcome:
        counts = []
        for item in pair.sides:
            with data.open(item) as stream:
                counts.append(len(stream.readlines()))
        if counts[0] == counts[1]:
            return Skip()
        return Leaf(DiffNode(Action.MODIFY, "text", pair.path, summary=f"{counts[0]} lines → {counts[1]} lines"))


class Tagger:
    """Marks what was added."""

    name = "tagger"

    def transform(self, node: DiffNode, data: DataAccess) -> DiffNode:
        return replace(node, tags=node.tags | {"new"}) if node.action is Action.ADD else node


class Pages:
    """A data backend: a file `x.pages` is a container of its pages, which a form feed separates."""

    def lists(self, item: ItemRef) -> bool:
        return item.name.endswith(".pages") and not item.is_directory

    def listing(self, item: ItemRef, data: DataAccess) -> Listing | None:
        with data.open(item) as stream:
            pages = stream.read().split(b"\f")
        path = item.logical_path
        return Listing(
            "pages",
            [ItemRef(f"{path}/{at}", is_directory=False, handle=InMemory(page)) for at, page in enumerate(pages)],
        )


EXTENSION = Extension([LineCounter()], [Tagger()], [Pages()])


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for side, lines in (("left", 1), ("right", 3)):
        (tmp_path / side).mkdir()
        (tmp_path / side / "a.txt").write_text("line\n" * lines)
        (tmp_path / side / "same.txt").write_text(side)
        (tmp_path / side / "book.pages").write_text(f"first\f{side}\flast")
    (tmp_path / "right" / "new.bin").write_bytes(b"1")
    return tmp_path / "left", tmp_path / "right"


def install(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    """Make entry points of names and values, as if a package had them."""
    entries = [EntryPoint(name, value, plugins.GROUP) for name, value in values.items()]
    monkeypatch.setattr(plugins, "entry_points", lambda group: [one for one in entries if one.group == group])


@pytest.fixture(autouse=True)
def _nothing_installed() -> Iterator[None]:
    """What was installed and reported belongs to one test."""
    forget()
    yield
    forget()


def forget() -> None:
    plugins.installed.cache_clear()
    plugins.report.cache_clear()


def lines(folders: tuple[Path, Path], extensions: Sequence[Extension] = ()) -> list[str]:
    return as_text(compare_paths(*folders, extensions=extensions)).splitlines()


WITH_EXTENSION = [
    "Files",
    "  a.txt: 1 lines → 3 lines",
    "  book.pages/1: content changed (4 bytes → 5 bytes)",
    "  new.bin: added",
    "  same.txt: content changed (4 bytes → 5 bytes)",
]
WITHOUT = [
    "Files",
    "  a.txt: content changed (5 bytes → 15 bytes)",
    "  book.pages: content changed (15 bytes → 16 bytes)",
    "  new.bin: added",
    "  same.txt: content changed (4 bytes → 5 bytes)",
]


def test_extensions_come_first(folders: tuple[Path, Path]) -> None:
    assert lines(folders, [EXTENSION]) == WITH_EXTENSION
    assert lines(folders) == WITHOUT


def test_added_transformer_runs_after_moves(tmp_path: Path) -> None:
    for side, name in (("left", "a"), ("right", "b")):
        (tmp_path / side).mkdir()
        (tmp_path / side / name).write_text("same")
    (tmp_path / "right" / "c").write_text("other")
    root = compare_paths(tmp_path / "left", tmp_path / "right", extensions=[EXTENSION]).root
    assert root is not None
    assert [(node.path, sorted(node.tags), node.transformed_by) for node in root.children] == [
        ("b", [], ("moves",)),
        ("c", ["new"], ("tagger",)),
    ]


def test_errors_of_an_extension_given_as_argument_are_raised(folders: tuple[Path, Path]) -> None:
    with pytest.raises(ZeroDivisionError):
        compare_paths(*folders, extensions=[BROKEN["raises"]])


def test_added_data_is_read_by_its_own_access() -> None:
    class Shouting:
        def open(self, item: ItemRef) -> InMemory:
            return InMemory(item.logical_path.upper().encode()).open()  # type: ignore[return-value]

    left, right = (ItemRef(name, is_directory=False, handle=None) for name in ("a", "bc"))
    found = compare(left, right, ("a", "b"), data=Shouting())  # type: ignore[arg-type]
    assert found.root is not None
    assert found.root.summary == "Content changed (1 bytes → 2 bytes)"


def test_an_installed_extension_is_used(folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, pages=f"{__name__}:EXTENSION")
    assert lines(folders) == WITH_EXTENSION


class Raises:
    name = "raises"

    def matches(self, pair: ItemPair) -> bool:
        return bool(1 // 0)

    def lists(self, item: ItemRef) -> bool:
        return bool(1 // 0)

    def transform(self, node: DiffNode, data: DataAccess) -> DiffNode:
        raise RuntimeError("this one is\nbroken")


class Answers(Raises):
    """Gives what it was made with, whatever is asked."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def matches(self, pair: ItemPair) -> bool:
        return True

    def compare(self, pair: ItemPair, data: DataAccess) -> Outcome:
        return self.answer  # type: ignore[return-value]

    def lists(self, item: ItemRef) -> bool:
        return True

    def listing(self, item: ItemRef, data: DataAccess) -> Listing | None:
        return self.answer  # type: ignore[return-value]

    def transform(self, node: DiffNode, data: DataAccess) -> DiffNode:
        return self.answer  # type: ignore[return-value]


class Unreadable:
    """A handle that can't be opened."""


class Damaged:
    """A handle of an object whose bytes are not those of its name."""

    def open(self) -> BufferedIOBase:
        raise ObjectDamaged("0" * 64)


FOLDER = DiffNode(Action.MODIFY, "x", "")
BAD_NODE = DiffNode("paint", "x", "")  # type: ignore[arg-type]
NO_JSON = DiffNode(Action.MODIFY, "x", "a.txt", details={"when": object()})  # type: ignore[dict-item]
BAD_ITEM = ItemRef(None, is_directory=False, handle=None)  # type: ignore[arg-type]
UNREADABLE = ItemRef("a.txt", is_directory=False, handle=Unreadable())
BROKEN: dict[str, Extension] = {
    "raises": Extension([Raises()], [Raises()], [Raises()]),  # type: ignore[list-item]
    "nothing": Extension([Answers(None)], [Answers(None)]),
    "no outcome": Extension([Answers("equal")]),
    "bad leaf": Extension([Answers(Leaf(BAD_NODE))]),
    "no json": Extension([Answers(Leaf(NO_JSON))], [Answers(NO_JSON)]),
    "bad identical": Extension([Answers(Identical("x", {"a": object()}))]),  # type: ignore[dict-item]
    "bad pairs": Extension([Answers(Expand(FOLDER, [ItemPair(None, None)]))]),
    "bad item": Extension([Answers(Expand(FOLDER, [ItemPair(BAD_ITEM, None)]))]),
    "no listing": Extension(listers=[Answers(["a"])]),
    "bad listing": Extension(listers=[Answers(Listing("x", [BAD_ITEM]))]),
    "unreadable": Extension(listers=[Answers(Listing("x", [UNREADABLE]))]),
    "unreadable pair": Extension([Answers(Expand(FOLDER, [ItemPair(UNREADABLE, UNREADABLE)]))]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_plug_in_does_not_break_a_comparison(
    name: str, folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(globals(), "CHOSEN", BROKEN[name])
    install(monkeypatch, broken=f"{__name__}:CHOSEN")
    assert lines(folders) == WITHOUT
    found = compare_paths(*folders)
    assert Changeset.from_json(found.to_json()).to_json() == found.to_json()
    assert as_json(found)
    reports = [record.getMessage() for record in caplog.records]
    assert reports
    assert len(reports) == len(set(reports)) <= 3, "one line for each reason, once"
    assert all(line.startswith("comparison plug-in ") and "\n" not in line for line in reports)


@pytest.mark.parametrize("value", ["nonsense:x", f"{__name__}:NONSENSE", f"{__name__}:ROOT"])
def test_plug_in_that_cannot_be_loaded_is_reported_beside_the_others(
    value: str, folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    install(monkeypatch, broken=value, pages=f"{__name__}:EXTENSION")
    assert lines(folders) == lines(folders) == WITH_EXTENSION
    (report,) = caplog.records
    assert report.getMessage().startswith("comparison plug-in broken is ignored: ")


def test_errors_not_caused_by_a_plug_in_are_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    install(monkeypatch, pages=f"{__name__}:EXTENSION")
    with pytest.raises(FileNotFoundError):
        compare_paths(tmp_path / "none", tmp_path)
    lost = ItemRef("a", is_directory=False, handle=Unreadable())
    with pytest.raises(AttributeError):
        compare(lost, lost, ("a", "b"))
    assert not caplog.records


def test_damaged_data_is_not_blamed_on_a_plug_in(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    install(monkeypatch, pages=f"{__name__}:EXTENSION")
    damaged = ItemRef("a.txt", is_directory=False, handle=Damaged())
    with pytest.raises(ObjectDamaged):
        compare(damaged, damaged, ("a", "b"))
    assert not caplog.records


def test_the_entry_points_of_a_package_are_found(folders: tuple[Path, Path], tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "pages-1.0.dist-info").mkdir(parents=True)
    (site / "pages-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: pages\nVersion: 1.0\n")
    entry = f"[{plugins.GROUP}]\npages = tests.core.compare.test_extensions:EXTENSION\nbroken = nothing:x\n"
    (site / "pages-1.0.dist-info" / "entry_points.txt").write_text(entry)
    done = subprocess.run(
        [sys.executable, "-m", "chemfs", "diff", "--no-repo", *map(str, folders)],
        env={**os.environ, "PYTHONPATH": f"{site}:{ROOT}:{ROOT / 'core'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == WITH_EXTENSION
    assert done.stderr.startswith("comparison plug-in broken is ignored: ModuleNotFoundError")
    assert done.stderr.count("\n") == 1
