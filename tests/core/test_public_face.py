"""What `import chemigram_core` gives: a dozen names, loaded on first use; plain strings in, typed values out."""

from __future__ import annotations

import ast
import inspect
import os
import subprocess
import sys
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import chemigram_core
from chemigram_core import api
from chemigram_core.digest import Digest
from chemigram_core.errors import (
    CannotBeLogged,
    HeadDetached,
    InvalidMask,
    InvalidName,
    InvalidProvenance,
    NoState,
    NotARepository,
    ObjectMissing,
    RefMissing,
    UnknownMask,
    UnknownRevision,
)
from chemigram_core.folder_kind import NotALibrary
from chemigram_core.image.errors import UnusableImageFile
from chemigram_core.masks.provenance import Provenance
from chemigram_core.names import BranchName, MaskName, TagName
from chemigram_core.repository import Repository as CoreRepository
from tests.support.builders import mask, picture, sidecar
from tests.support.shoots import shoot

ROOT = Path(__file__).parents[2]
PROGRAM = """
import chemigram_core
from chemigram_core import Changeset, LogEntry, Refused, Repository, Saved, Unchanged


def keep(folder: str, xmp: bytes) -> str:
    repository: Repository = chemigram_core.init(folder)
    outcome: Saved | Unchanged = repository.save(xmp, label="first", masks={"sky": b""})
    parent = outcome.parent if isinstance(outcome, Saved) else None
    entries: list[LogEntry] = repository.log("main", limit=1)
    changes: Changeset = repository.diff(parent or "main", "HEAD")
    names: list[str] = [*repository.branches(), *repository.tags()]
    return "".join([outcome.digest, entries[0].op, changes.to_name, *names])


try:
    keep("IMG_1234", b"")
except Refused as refusal:
    print(refusal)
"""


@pytest.fixture
def repository(tmp_path: Path) -> chemigram_core.Repository:
    return chemigram_core.init(tmp_path / "IMG_1234")


def run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, **PATH}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


PATH = {"PYTHONPATH": str(ROOT / "core"), "MYPYPATH": str(ROOT / "core")}


def test_every_name_of_the_face_can_be_used() -> None:
    assert {name: getattr(chemigram_core, name) for name in chemigram_core.__all__}
    assert set(chemigram_core.__all__) <= set(dir(chemigram_core))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        chemigram_core.nonsense  # type: ignore[attr-defined]  # noqa: B018


def test_type_checkers_see_the_names_that_are_loaded() -> None:
    tree = ast.parse(inspect.getsource(chemigram_core))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module != "importlib"]
    seen = {alias.name: node.module or "" for node in imports for alias in node.names}
    assert sorted(seen) == sorted(chemigram_core.__all__)
    for name, module in seen.items():
        assert getattr(import_module(module), name) is getattr(chemigram_core, name)


@pytest.mark.parametrize("module", ["chemigram_core", "chemigram_core.errors", "chemigram_core.names"])
def test_unused_modules_are_not_loaded(module: str) -> None:
    loaded = set(run("-c", f"import {module}, sys; print(*sys.modules)").split())
    assert not loaded & {"lxml", "numpy", "PIL", "cachetools", "chemigram_core.api", "chemigram_core.repository"}


def test_only_comparisons_load_numpy() -> None:
    loaded = set(run("-c", "import chemigram_core, sys; chemigram_core.Repository; print(*sys.modules)").split())
    assert "lxml" in loaded
    assert not loaded & {"numpy", "PIL", "chemigram_core.compare"}


def test_a_program_passes_a_strict_type_checker(tmp_path: Path) -> None:
    assert (ROOT / "core" / "chemigram_core" / "py.typed").is_file()
    program = tmp_path / "program.py"
    check = ("-m", "mypy", "--strict", "--config-file=", f"--cache-dir={tmp_path / 'cache'}", str(program))
    program.write_text(PROGRAM)
    assert "no issues" in run(*check)
    program.write_text(PROGRAM.replace("limit=1", "limit='1'"))
    with pytest.raises(AssertionError, match="incompatible type"):
        run(*check)


def test_every_verb_documents_its_arguments() -> None:
    of_classes = [inspect.getmembers(face, inspect.isfunction) for face in (api.Repository, api.Library)]
    methods = [(name, verb) for members in of_classes for name, verb in members if name[0] != "_"]
    functions: list[tuple[str, Any]] = [("open", api.open), ("init", api.init), ("import_shoot", api.import_shoot)]
    for name, verb in [*functions, *methods]:
        signature = inspect.signature(verb)
        assert inspect.getdoc(verb), name
        assert signature.return_annotation is not inspect.Signature.empty
        flags = [one for one in signature.parameters.values() if one.annotation == "bool"]
        assert all(one.kind is one.KEYWORD_ONLY for one in flags), name


def test_paths_may_be_text(tmp_path: Path) -> None:
    made = chemigram_core.init(f"{tmp_path}/one", image=str(picture(tmp_path / "a.tif")))
    assert (made.path, made.image) == (tmp_path / "one", tmp_path / "one" / "raw" / "a.tif")
    assert chemigram_core.open(f"{tmp_path}/one").path == chemigram_core.Repository(tmp_path / "one").path
    with pytest.raises(NotARepository):
        chemigram_core.open(str(tmp_path))


def test_init_with_a_missing_image_creates_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnusableImageFile, match="No such file"):
        chemigram_core.init(tmp_path / "one", image=tmp_path / "none.tif")
    assert not (tmp_path / "one").exists()


def test_saves_go_where_head_is_or_to_the_named_branch(repository: chemigram_core.Repository) -> None:
    first = repository.save(sidecar(1), label="first", masks={"sky": mask(1)}, provenance={"sky": {"provider": "sam"}})
    assert first == chemigram_core.Saved(repository.state().digest, None)
    assert repository.save(sidecar(1, timestamp=2)) == chemigram_core.Unchanged(first.digest)
    other = repository.save(sidecar(2), branch="a/b")
    assert repository.branches() == {BranchName("a/b"): other.digest, BranchName("main"): first.digest}
    assert repository.mask("sky") == mask(1)
    assert b'darktable:operation="exposure"' in repository.xmp("a/b")
    known = CoreRepository(repository.path).registry.read().provenance(Digest.of(mask(1)))
    assert known == Provenance(provider="sam", created_at=known.created_at)


def test_metadata_of_a_save_is_in_its_log_line(repository: chemigram_core.Repository) -> None:
    repository.save(sidecar(1), metadata={"agent": {"name": "a", "steps": [1, 2]}})
    assert repository.log(limit=1)[0].metadata == {"agent": {"name": "a", "steps": [1, 2]}}
    repository.save(sidecar(1), metadata={"agent": "b"})
    assert len(repository.log()) == 1
    with pytest.raises(CannotBeLogged):
        repository.save(sidecar(2), metadata={"agent": "\ud800"})
    assert len(repository.log()) == 1


def test_a_mask_is_saved_alone(repository: chemigram_core.Repository) -> None:
    with pytest.raises(NoState):
        repository.save_mask("sky", mask(1))
    repository.save(sidecar(1))
    saved = repository.save_mask("sky", mask(1))
    assert repository.state().masks == {MaskName("sky"): Digest.of(mask(1))}
    assert repository.save_mask("sky", mask(1, compress_level=1)) == chemigram_core.Unchanged(saved.digest)
    with pytest.raises(UnknownMask):
        repository.mask("tree")


def test_invalid_names_are_rejected(repository: chemigram_core.Repository) -> None:
    repository.save(sidecar(1))
    with pytest.raises(InvalidName):
        repository.branch("../../x")
    with pytest.raises(InvalidName):
        repository.tag("a..b")
    with pytest.raises(InvalidName):
        repository.save(sidecar(2), masks={"../x": mask(1)})
    with pytest.raises(InvalidMask):
        repository.save_mask("sky", b"no picture")
    with pytest.raises(InvalidProvenance):
        repository.save(sidecar(2), provenance={"sky": {"nonsense": 1}})
    with pytest.raises(UnknownRevision):
        repository.state("nonsense")
    assert (list(repository.branches()), repository.tags()) == (["main"], {})


@pytest.mark.parametrize("before", [{}, {"sky": mask(1)}, {"sky": mask(1), "tree": mask(2)}])
@pytest.mark.parametrize("after", [{}, {"sky": mask(3)}, {"lake": mask(4)}])
def test_a_restored_state_is_the_old_one(tmp_path: Path, before: dict[str, bytes], after: dict[str, bytes]) -> None:
    repository = chemigram_core.init(tmp_path / "one")
    old = repository.save(sidecar(1), masks=before, label="the old one").digest
    new = repository.save(sidecar(2), masks=after).digest
    assert repository.restore(old[:7]) == chemigram_core.Saved(old, new)
    assert repository.branches() == {BranchName("main"): old}
    told = repository.log(limit=1)[0]
    assert (told.hash, told.parent, told.ref) == (old, new, "refs/heads/main")
    assert repository.restore(old) == chemigram_core.Unchanged(old)
    assert repository.restore(new) == chemigram_core.Saved(new, old)
    assert repository.fsck() == []


def test_a_state_is_restored_on_another_branch_or_a_new_one(repository: chemigram_core.Repository) -> None:
    old = repository.save(sidecar(1), masks={"sky": mask(1)}).digest
    repository.branch("warm")
    repository.save(sidecar(2))
    assert repository.restore("main", branch="warm").digest == repository.branches()[BranchName("main")]
    assert repository.restore(old, branch="new") == chemigram_core.Saved(old, None)


def test_a_state_that_lost_a_mask_is_not_restored(repository: chemigram_core.Repository) -> None:
    old = repository.save(sidecar(1), masks={"sky": mask(1)}).digest
    new = repository.save(sidecar(2), masks={"sky": mask(2)}).digest
    lost = Digest.of(mask(1))
    (repository.path / "objects" / lost.shard / f"{lost.rest}.png").unlink()
    with pytest.raises(ObjectMissing):
        repository.restore(old)
    assert repository.state().digest == new


def test_head_is_a_branch_or_a_state(repository: chemigram_core.Repository) -> None:
    first = repository.save(sidecar(1)).digest
    assert repository.tag("v1") == repository.branch("warm") == first
    assert repository.checkout("warm") == repository.head() == BranchName("warm")
    assert isinstance(repository.head(), BranchName)
    assert repository.checkout("v1") == repository.head() == first
    with pytest.raises(HeadDetached):
        repository.save(sidecar(2))
    repository.delete_tag("v1")
    repository.rename_branch("warm", "cold")
    repository.delete_branch("main")
    assert (repository.tags(), repository.branches()) == ({}, {BranchName("cold"): first})
    assert list({**repository.branches()}) == [BranchName("cold")]


def test_tags_are_listed_by_name(repository: chemigram_core.Repository) -> None:
    first = repository.save(sidecar(1)).digest
    repository.tag("v1")
    assert repository.tags() == {TagName("v1"): first}


def test_the_log_follows_a_branch_under_its_former_names(repository: chemigram_core.Repository) -> None:
    repository.save(sidecar(1))
    repository.branch("warm")
    repository.save(sidecar(2), branch="warm", label="warmer")
    repository.rename_branch("warm", "golden")
    assert [entry.op for entry in repository.log("golden")] == ["rename", "snapshot", "branch"]
    assert [entry.label for entry in repository.log(limit=2)] == [None, "warmer"]
    with pytest.raises(RefMissing):
        repository.log("nonsense")


def test_a_branch_without_a_state_has_an_empty_log(repository: chemigram_core.Repository) -> None:
    assert repository.log("main") == []


def test_changes_are_found_between_revisions(repository: chemigram_core.Repository) -> None:
    repository.save(sidecar(1, rating=1))
    repository.tag("v1")
    repository.save(sidecar(1, rating=3), masks={"sky": mask(1)})
    changes = repository.diff("v1", "main")
    assert (changes.from_name, changes.to_name) == ("v1", "main")
    assert changes.root is not None
    assert {node.path for node in changes.root.walk()} >= {"image.xmp/metadata/xmp:Rating", "masks/sky.png"}
    assert repository.diff("v1", "v1").root is None


def test_a_state_is_exported_as_files(repository: chemigram_core.Repository, tmp_path: Path) -> None:
    repository.save(sidecar(1), masks={"sky": mask(1)})
    written = repository.export("HEAD", str(tmp_path / "out"))
    assert written == [tmp_path / "out" / "image.xmp", tmp_path / "out" / "masks" / "sky.png"]


def test_unreachable_states_are_collected(repository: chemigram_core.Repository) -> None:
    repository.save(sidecar(1))
    repository.save(sidecar(2), branch="gone")
    repository.delete_branch("gone")
    assert [len(repository.gc().snapshots), len(repository.gc(keep=timedelta(0), dry_run=True).snapshots)] == [0, 1]
    assert len(repository.gc(keep=timedelta(0)).snapshots) == 1
    assert not repository.gc(keep=timedelta(0)).snapshots


def test_a_damaged_repository_is_repaired(repository: chemigram_core.Repository) -> None:
    repository.save(sidecar(1))
    (repository.path / "refs" / "heads" / "main").unlink()
    assert [finding.problem.value for finding in repository.fsck()] == ["ref-missing"]
    assert len(repository.fsck(repair=True)) == 1
    assert repository.fsck() == []


def test_a_library_as_a_program_uses_it(tmp_path: Path) -> None:
    wedding = shoot(tmp_path / "wedding")
    assert chemigram_core.import_shoot(wedding, f"{tmp_path}/library", dry_run=True).states == 5
    report = chemigram_core.import_shoot(str(wedding), tmp_path / "library")
    assert (report.new_images, report.states, report.problems) == (4, 5, [])
    library = chemigram_core.Library(tmp_path / "library")
    assert list(library.repositories()) == ["wedding/0.NEF", "wedding/1.NEF", "wedding/2.NEF", "wedding/more/z.jpg"]
    tagged = library.tag("v1", only="wedding/*.NEF")
    assert (len(tagged.tagged), tagged.problems) == (3, {})
    assert library.repositories()["wedding/0.NEF"].tags() == {TagName("v1"): tagged.tagged["wedding/0.NEF"]}
    (tmp_path / "library/wedding/1.NEF/HEAD").unlink()
    assert "wedding/1.NEF" not in library.repositories()
    kinds = {path: [one.kind.value for one in status.attention] for path, status in library.status().items()}
    assert kinds == {
        "wedding/0.NEF": [],
        "wedding/1.NEF": ["damaged"],
        "wedding/2.NEF": [],
        "wedding/more/z.jpg": ["no-state"],
    }
    with pytest.raises(NotALibrary):
        chemigram_core.Library(wedding)
