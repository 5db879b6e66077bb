"""chemfs restore: on a branch, and into a sidecar."""

from __future__ import annotations

from pathlib import Path

import pytest

from chemigram_core.names import BranchName, MaskName
from chemigram_core.operations.save import save_mask, save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.chemfs.verbs.answer import Chemfs
from tests.support.builders import mask, saves, sidecar
from tests.support.shoots import shoot


@pytest.fixture
def root(chemfs: Chemfs, tmp_path: Path) -> Path:
    """The repository of image 1, with a second state on main."""
    shoot(tmp_path / "wedding")
    chemfs("import", "wedding", "library")
    root = tmp_path / "library" / "wedding" / "1.NEF"
    save_xmp(Repository(root), MAIN, sidecar(500))
    return root


def test_branch_is_restored_back_and_forth(chemfs: Chemfs, root: Path) -> None:
    repository = Repository(root)
    first, second = saves(repository)
    with_mask = save_mask(repository, MAIN, MaskName("sky"), mask()).digest
    for state in (first, with_mask, second, with_mask):
        answer = chemfs("restore", root, state[:9])
        assert (answer.code, answer.out) == (0, f"branch main is at snapshot {state[:12]}\n")
        assert repository.tip(MAIN) == state
        assert (root / "masks" / "sky.png").exists() == (state == with_mask)
    assert (
        chemfs("restore", root, with_mask).out == f"branch main already has that edit, in snapshot {with_mask[:12]}\n"
    )
    assert chemfs("gc", root, "--keep-days", "0").code == 0
    assert {line["hash"] for line in chemfs("log", root, "--json").json} == {first, second, with_mask}
    assert chemfs("fsck", root).code == 0


def test_restore_on_another_or_a_new_branch(chemfs: Chemfs, root: Path) -> None:
    first = saves(Repository(root))[0]
    assert chemfs("restore", root, first, "--branch", "again").code == 0
    assert Repository(root).refs.read(BranchName("again")) == first
    assert Repository(root).tip(MAIN) != first


def test_sidecar_is_restored(chemfs: Chemfs, root: Path, tmp_path: Path) -> None:
    first, second = saves(Repository(root))
    path = tmp_path / "wedding" / "1.NEF.xmp"
    answer = chemfs("restore", root, second, "--to", "wedding/1.NEF.xmp")
    assert answer.out.splitlines() == [
        f"branch main already has that edit, in snapshot {second[:12]}",
        f"wedding/1.NEF.xmp has snapshot {second[:12]}",
    ]
    path.write_bytes(b"half a sid")
    lines = chemfs("restore", root, first, "--to", path).out.splitlines()
    assert lines[0].startswith(f"{path} was not a valid XMP; its bytes are kept as rejected/")
    assert lines[1:] == [f"branch main is at snapshot {first[:12]}", f"{path} has snapshot {first[:12]}"]
    assert "5 sidecars unchanged" in chemfs("import", "wedding", "library").out


def test_wrong_usage_is_reported_in_one_line(chemfs: Chemfs, root: Path) -> None:
    both = chemfs("restore", root, "main", "--branch", "x", "--to", "wedding/1.NEF.xmp")
    assert (both.code, len(both.error.splitlines())) == (2, 1)
    for arguments in (("nosuch",), ("main", "--to", "wedding/2.NEF.xmp"), ("main", "--to", "nowhere/1.NEF.xmp")):
        answer = chemfs("restore", root, *arguments)
        assert (answer.code, len(answer.error.splitlines())) == (3, 1)
