"""Names with spaces, emoji and dashes, as people give them, through every verb that takes or prints them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chemigram_core import fsck
from chemigram_core.names import MaskName
from chemigram_core.repository import Repository
from tests.chemfs.verbs.answer import Chemfs
from tests.support.by_path import ByPath

PAINTER = "\U0001f469\u200d\U0001f3a8"
MASKS = ["-x", "head", "a.lock", "x" * 210, "two  spaces ", PAINTER, 'say "hi" & <go>', "a:b", "0" * 64]


@pytest.mark.parametrize("name", ["my branch", f"for {PAINTER}/first look", "a/-b", "it's $HOME"])
def test_branch_with_an_uncommon_name_works_in_every_verb(
    chemfs: Chemfs, repository: str, sidecar: Callable[[int], Path], name: str
) -> None:
    assert chemfs("branch", repository, name).code == 0
    assert name in chemfs("branch", repository).out
    assert {ref["ref"] for ref in json.loads(chemfs("branch", repository, "--json").out)} >= {f"refs/heads/{name}"}
    assert chemfs("checkout", repository, name).out == f"HEAD is on branch {name}\n"
    assert chemfs("snapshot", repository, sidecar(5), "--branch", name).code == 0
    assert f"heads/{name}" in chemfs("log", repository, "--branch", name).out
    assert chemfs("show", repository, name).code == chemfs("show", repository, f"refs/heads/{name}").code == 0
    assert chemfs("diff", repository, "main", name).code == 0
    assert chemfs("tag", repository, name, name).code == 0
    assert chemfs("branch", repository, name, "--rename", f"{name} 2").code == 0
    assert Repository(Path(repository)).head_branch() == f"{name} 2"
    assert ByPath(Path(repository)).read(f"heads/{name} 2/image.xmp")
    assert ByPath(Path(repository)).read(f"tags/{name}/image.xmp")
    assert chemfs("fsck", repository).code == 0


@pytest.mark.parametrize("name", MASKS)
def test_mask_with_an_uncommon_name_works_in_every_verb(
    chemfs: Chemfs, repository: str, sidecar: Callable[[int], Path], mask: Path, name: str
) -> None:
    answer = chemfs("snapshot", repository, sidecar(3), f"--mask={name}={mask}")
    assert (answer.code, answer.error) == (0, "")
    root = Path(repository)
    assert Repository(root).head_masks().keys() == {name}
    assert (root / "masks" / MaskName(name).file_name).read_bytes() == mask.read_bytes()
    assert ByPath(root).read(f"heads/main/masks/{name}.png") == mask.read_bytes()
    assert json.loads(chemfs("masks", repository, "--json").out)["masks"].keys() == {name}
    assert chemfs("export", repository, "HEAD", "out").code == 0
    assert (Path("out") / "masks" / f"{name}.png").exists()
    exported = chemfs("snapshot", repository, "out/image.xmp", "--branch", "again")
    assert exported.out == answer.out
    (root / "masks" / "registry.json").write_text("{")
    for finding in fsck.check(root):
        fsck.repair(root, finding)
    assert json.loads(chemfs("masks", repository, "--json").out)["masks"].keys() == {name}
    assert chemfs("fsck", repository).code == 0
