"""What an import, a listing and a look at a library cost, counted as in test_counts.py.

The figures are those of `IMAGES` images, every fourth with a duplicate, and may only fall, too. They leave room for a
temporary folder some levels further down, and for a longer mount table.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable
from itertools import repeat
from pathlib import Path

import pytest

from chemfs.tree.nodes import Folder
from chemfs.tree.tree import Tree, walk
from chemigram_core.durable import file_cache
from chemigram_core.durable.mount_table import RepositoryMounts
from chemigram_core.library.members import members
from chemigram_core.library.tag_index import TagIndex
from chemigram_core.repository import Repository
from chemigram_core.shoot.importer import import_shoot
from chemigram_core.status.image_status import image_status
from tests.support.counts import Counts, counted
from tests.support.shoots import edit, image
from tests.test_counts import over

IMAGES = 40
IMPORT = Counts(opens=2235, stats=1660, parses=50, calls=63_200)
AGAIN = Counts(opens=135, stats=600, parses=0, calls=7_100)
LOOKS = {
    "folder": Counts(opens=2, stats=150, parses=0, calls=600),
    "roll": Counts(opens=212, stats=650, parses=0, calls=8_200),
    "ls -l roll": Counts(opens=402, stats=1290, parses=0, calls=17_300),
    "tagged": Counts(opens=121, stats=410, parses=0, calls=4_850),
    "status": Counts(opens=512, stats=830, parses=0, calls=16_900),
    "log -n 1": Counts(opens=42, stats=310, parses=0, calls=2_950),
    "tag": Counts(opens=42, stats=270, parses=0, calls=2_200),
}


def shoot(folder: Path) -> Path:
    for number in range(IMAGES):
        name = image(folder, f"{number:03}.NEF").name
        edit(folder, f"{name}.xmp", number)
        if number % 4 == 0:
            edit(folder, f"{number:03}_01.NEF.xmp", IMAGES + number)
    return folder


@pytest.fixture(autouse=True)
def as_fast_as_one_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered for a while, or not because it is too new, doesn't depend on how fast a machine is.

    Nor on what is mounted on it meanwhile.
    """
    monkeypatch.setattr(RepositoryMounts, "places", lambda _: frozenset())
    monkeypatch.setattr(time, "monotonic", repeat(time.monotonic()).__next__)
    monkeypatch.setattr(file_cache, "_RACY_NS", -1_000_000_000_000)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shoot, and the library that it was imported into: its import and each look have loaded their modules."""
    place = tmp_path_factory.mktemp("imported")
    import_shoot(shoot(place / "shoot"), place / "library")
    for look in LOOK_AT.values():
        look(place / "library", "shoot")
    return place


@pytest.fixture
def library(imported: Path, tmp_path: Path) -> Path:
    """A copy, of which nothing is remembered."""
    return shutil.copytree(imported / "library", tmp_path / "library", symlinks=True)


def folder(library: Path, name: str) -> Folder:
    found = walk(Tree(library).root, name)
    assert isinstance(found, Folder)
    return found


def stats(place: Folder) -> None:
    for entry in place.entries():
        place.lookup(entry.name).stat()


def of_each(library: Path, look: Callable[[Path], object]) -> None:
    for member in members(library):
        look(member.root)


def last(entries: Iterable[object]) -> object:
    return next(iter(entries))


LOOK_AT: dict[str, Callable[[Path, str], object]] = {
    "folder": lambda library, name: list(folder(library, name).entries()),
    "roll": lambda library, name: list(folder(library, f"{name}/roll").entries()),
    "ls -l roll": lambda library, name: stats(folder(library, f"{name}/roll")),
    "tagged": lambda library, name: TagIndex(library, (name,)).look(),
    "status": lambda library, _: of_each(library, image_status),
    "log -n 1": lambda library, _: of_each(library, lambda root: last(Repository(root).log.newest_first())),
    "tag": lambda library, _: of_each(library, lambda root: Repository(root).refs.tags()),
}


def test_an_import(imported: Path, tmp_path: Path) -> None:
    with counted() as counts:
        import_shoot(imported / "shoot", tmp_path / "library")
    assert not over(counts, IMPORT)


def test_an_import_again(imported: Path, library: Path) -> None:
    with counted() as counts:
        import_shoot(imported / "shoot", library)
    assert not over(counts, AGAIN)


@pytest.mark.parametrize("look", LOOKS)
def test_a_look(library: Path, look: str) -> None:
    with counted() as counts:
        LOOK_AT[look](library, "shoot")
    assert not over(counts, LOOKS[look])
