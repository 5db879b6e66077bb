"""Another user's repository is read, and written only where somebody said to trust it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import chemigram_core
from chemigram_core import ForeignRepository, fsck, gc
from chemigram_core.durable import ownership
from chemigram_core.fsck import Finding, Problem
from chemigram_core.image.location import image_problem
from chemigram_core.names import BranchName, TagName
from chemigram_core.operations.refs import create_branch, create_tag
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from chemigram_core.shoot.importer import import_shoot
from tests.support.builders import picture, sidecar
from tests.support.shoots import shoot

pytestmark = pytest.mark.needs_root
ALICE, TEAM = 54321, 54300


@pytest.fixture(autouse=True)
def new_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is known from other tests."""
    monkeypatch.delenv("SUDO_UID", raising=False)
    for known in ("_own", "_trusted"):
        monkeypatch.setattr(ownership, known, set())
    ownership._users.cache_clear()
    yield
    ownership._users.cache_clear()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository.init(tmp_path / "repository", picture(tmp_path / "a.tif"))
    save_xmp(made, MAIN, sidecar(1))
    create_tag(made, TagName("v1"))
    return made


def give(root: Path, user: int = ALICE, group: int = ALICE) -> Repository:
    """Make it another user's, as a new process opens it."""
    for path in (root, *root.rglob("*")):
        os.chown(path, user, group, follow_symlinks=False)
    vars(ownership)["_own"].clear()
    return Repository(root)


CHANGES: list[Callable[[Repository], object]] = [
    lambda found: save_xmp(found, MAIN, sidecar(2)),
    lambda found: create_branch(found, BranchName("x")),
    gc.collect,
    lambda found: fsck.repair(found.root, Finding(Problem.REGISTRY_DAMAGED, "masks/registry.json", "")),
    lambda found: Repository.init(found.root),
]


@pytest.mark.parametrize("change", CHANGES)
def test_another_users_repository_is_written_only_when_it_is_trusted(
    repository: Repository, change: Callable[[Repository], object]
) -> None:
    foreign = give(repository.root)
    with pytest.raises(ForeignRepository, match=r"another user .*--trust"):
        change(foreign)
    assert {path.lstat().st_uid for path in (foreign.root, *foreign.root.rglob("*"))} == {ALICE}
    ownership.trust(foreign.root)
    change(foreign)


def test_another_users_repository_can_be_read(repository: Repository) -> None:
    foreign = give(repository.root)
    assert foreign.state(foreign.tip(MAIN)).digest == repository.tip(MAIN)
    assert not [found for found in fsck.check(foreign.root) if not found.is_harmless]


def can_be_read(repository: Repository) -> bool:
    """Whether its image can; the name of it is known in any case."""
    image = repository.image
    assert image is not None
    return image_problem(image) is None


@pytest.mark.parametrize("is_trusted", [False, True])
def test_image_link_of_another_users_repository_is_not_followed(repository: Repository, *, is_trusted: bool) -> None:
    assert can_be_read(repository)
    foreign = give(repository.root)
    if is_trusted:
        ownership.trust(foreign.root)
    assert not can_be_read(foreign)


def test_image_inside_another_users_repository_is_shown(repository: Repository) -> None:
    link = repository.root / "raw" / "a.tif"
    data = link.read_bytes()
    link.unlink()
    link.write_bytes(data)
    assert can_be_read(give(repository.root))


@pytest.mark.parametrize(
    ("mode", "group", "is_shared"),
    [(0o2775, 0, True), (0o2770, 0, True), (0o755, 0, False), (0o777, 0, False), (0o2775, TEAM, False)],
)
def test_folder_shared_with_the_users_group_is_trusted(
    repository: Repository, mode: int, group: int, *, is_shared: bool
) -> None:
    foreign = give(repository.root, group=group)
    foreign.root.chmod(mode)
    assert (ownership.foreign_owner(str(foreign.root)) is None) is is_shared
    assert can_be_read(foreign) is is_shared


def test_files_saved_by_others_in_a_shared_repository_are_trusted(repository: Repository) -> None:
    for name in ("HEAD", "log.jsonl", "refs/heads/main"):
        os.chown(repository.root / name, ALICE, ALICE)
    save_xmp(repository, MAIN, sidecar(2))


@pytest.mark.parametrize("part", ["objects", "refs"])
def test_parts_are_checked_where_everybody_may_write(repository: Repository, part: str) -> None:
    os.chown(repository.root / part, ALICE, ALICE)
    repository.root.chmod(0o777)
    vars(ownership)["_own"].clear()
    with pytest.raises(ForeignRepository):
        save_xmp(repository, MAIN, sidecar(2))


def test_sudo_counts_as_the_calling_user(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = give(repository.root)
    monkeypatch.setenv("SUDO_UID", str(ALICE))
    ownership._users.cache_clear()
    save_xmp(foreign, MAIN, sidecar(2))


def test_import_into_another_users_library_needs_trust(tmp_path: Path) -> None:
    photographs = shoot(tmp_path / "shoot")
    import_shoot(photographs, tmp_path / "library")
    give_all = [tmp_path / "library", *(tmp_path / "library").rglob("*")]
    for path in give_all:
        os.chown(path, ALICE, ALICE, follow_symlinks=False)
    vars(ownership)["_own"].clear()
    (photographs / "0.NEF.xmp").write_bytes(sidecar(77))
    with pytest.raises(ForeignRepository):
        import_shoot(photographs, tmp_path / "library")
    ownership.trust(tmp_path / "library")
    assert import_shoot(photographs, tmp_path / "library").states == 1


def test_public_face_takes_trust_as_a_parameter(repository: Repository) -> None:
    give(repository.root)
    with pytest.raises(ForeignRepository):
        chemigram_core.open(repository.root).save(sidecar(5))
    chemigram_core.open(repository.root, trust=True).save(sidecar(5))
