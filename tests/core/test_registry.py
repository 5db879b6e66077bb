"""The registry of masks and the links beside it: what follows saves and checkouts, and what can be rebuilt."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from chemigram_core import fsck
from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidProvenance, RegistryDamaged, UnknownMask
from chemigram_core.masks.provenance import Provenance
from chemigram_core.masks.registry import Registry
from chemigram_core.names import BranchName, MaskName
from chemigram_core.operations import mask_links
from chemigram_core.operations.describe_mask import describe_mask
from chemigram_core.operations.rebuild_registry import rebuild
from chemigram_core.operations.refs import checkout, create_branch
from chemigram_core.operations.save import Saved, Unchanged, remove_masks, rename_mask, save_mask, save_xmp
from chemigram_core.refs.head import Detached, OnBranch
from chemigram_core.repository import MAIN, Repository
from chemigram_core.store.objects import Kind, ObjectStore
from tests.support.builders import mask, sidecar

SUBJECT, SKY = MaskName("subject"), MaskName("sky")
WARM = BranchName("warm")
SAM = Provenance("sam2", "the fish", {"model": "hiera_b", "threshold": 0.5}, "a3f2", "2026-04-27T15:23:11+00:00")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = Repository.init(tmp_path / "repository")
    save_xmp(repository, MAIN, sidecar())
    return repository


def registry_file(repository: Repository) -> Path:
    return repository.root / "masks" / "registry.json"


def entries(repository: Repository) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(registry_file(repository).read_text())
    return found


def links(repository: Repository) -> dict[str, bytes]:
    """What a program finds that follows the links in masks/."""
    return {path.stem: path.read_bytes() for path in (repository.root / "masks").glob("*.png") if path.is_symlink()}


def digest(level: int) -> Digest:
    return Digest.of(mask(level))


def test_mask_is_registered_with_its_provenance(repository: Repository) -> None:
    save_xmp(repository, MAIN, sidecar(1), mask_files={SUBJECT: mask(1)}, provenance={SUBJECT: SAM})
    assert entries(repository) == {
        "subject": {
            "hash": digest(1),
            "provider": "sam2",
            "prompt": "the fish",
            "generator_config": {"model": "hiera_b", "threshold": 0.5},
            "generated_from_render_hash": "a3f2",
            "created_at": "2026-04-27T15:23:11+00:00",
            "generator": "sam2",
            "timestamp": "2026-04-27T15:23:11+00:00",
            "history": [],
        }
    }
    assert repository.registry.read().provenance(digest(1)) == SAM


def test_registry_keeps_the_earlier_masks_of_a_name(repository: Repository) -> None:
    save_mask(repository, MAIN, SUBJECT, mask(1), provenance={SUBJECT: SAM})
    save_mask(repository, MAIN, SUBJECT, mask(2))
    save_mask(repository, MAIN, SUBJECT, mask(3))
    (entry,) = entries(repository).values()
    assert entry["hash"] == digest(3)
    assert [earlier["hash"] for earlier in entry["history"]] == [digest(1), digest(2)]
    assert entry["history"][0]["prompt"] == "the fish"


def test_a_save_that_changes_no_mask_leaves_the_registry_alone(repository: Repository) -> None:
    save_mask(repository, MAIN, SUBJECT, mask(1))
    before = registry_file(repository).stat()
    assert isinstance(save_xmp(repository, MAIN, sidecar(5)), Saved)
    after = registry_file(repository).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_the_links_are_the_masks_of_heads_state(repository: Repository) -> None:
    save_mask(repository, MAIN, SUBJECT, mask(1))
    assert links(repository) == {"subject": mask(1)}
    assert os.readlink(repository.root / "masks" / "subject.png").startswith("../objects/")
    create_branch(repository, WARM)
    save_mask(repository, WARM, SUBJECT, mask(2))
    assert links(repository) == {"subject": mask(1)}
    rename_mask(repository, MAIN, SUBJECT, SKY)
    assert links(repository) == {"sky": mask(1)}
    remove_masks(repository, MAIN, {SKY: digest(1)})
    assert links(repository) == {}


def test_checkout_restores_links_and_registry(repository: Repository) -> None:
    old = save_xmp(repository, MAIN, sidecar(1), mask_files={SUBJECT: mask(1), SKY: mask(9)}).digest
    save_mask(repository, MAIN, SUBJECT, mask(2))
    remove_masks(repository, MAIN, {SKY: digest(9)})
    assert repository.registry.read().current() == {SUBJECT: digest(2)}
    checkout(repository, Detached(old))
    assert links(repository) == {"subject": mask(1), "sky": mask(9)}
    assert repository.registry.read().current() == {SUBJECT: digest(1), SKY: digest(9)}
    assert [earlier["hash"] for earlier in entries(repository)["subject"]["history"]] == [digest(2)]
    assert repository.objects.read(digest(2), Kind.MASK) == mask(2)
    checkout(repository, OnBranch(MAIN))
    assert links(repository) == {"subject": mask(2)}
    assert repository.registry.read().current() == {SUBJECT: digest(2)}
    assert "removed" in entries(repository)["sky"]


def test_lost_mask_does_not_stop_other_links(repository: Repository) -> None:
    old = save_xmp(repository, MAIN, sidecar(1), mask_files={SKY: mask(9), SUBJECT: mask(1)}).digest
    remove_masks(repository, MAIN, {SKY: digest(9), SUBJECT: digest(1)})
    (repository.root / repository.objects.path(digest(9), Kind.MASK)).unlink()
    checkout(repository, Detached(old))
    assert links(repository) == {"subject": mask(1)}


def test_an_old_xmp_brings_its_masks_back_to_the_registry(repository: Repository) -> None:
    old = save_mask(repository, MAIN, SUBJECT, mask(1)).digest
    save_mask(repository, MAIN, SUBJECT, mask(2))
    save_xmp(repository, MAIN, repository.objects.read(old, Kind.SNAPSHOT))
    assert repository.registry.read().current() == {SUBJECT: digest(1)}
    assert links(repository) == {"subject": mask(1)}


def test_provenance_belongs_to_the_mask_not_its_name(repository: Repository) -> None:
    save_mask(repository, MAIN, SUBJECT, mask(1), provenance={SUBJECT: SAM})
    save_mask(repository, MAIN, SKY, mask(1))
    assert entries(repository)["sky"]["prompt"] == "the fish"
    describe_mask(repository, MAIN, SKY, lambda known: known.with_text("prompt", "the sea"))
    assert entries(repository)["subject"]["prompt"] == "the sea"
    assert len([found for found in repository.objects if found.kind is Kind.MASK]) == 1


def test_changed_provenance_is_logged_without_a_snapshot(repository: Repository) -> None:
    save_mask(repository, MAIN, SUBJECT, mask(1))
    again = save_mask(repository, MAIN, SUBJECT, mask(1, compress_level=0), provenance={SUBJECT: SAM})
    assert isinstance(again, Unchanged)
    assert entries(repository)["subject"]["prompt"] == "the fish"
    log = (repository.root / "log.jsonl").read_bytes()
    save_mask(repository, MAIN, SUBJECT, mask(1), provenance={SUBJECT: SAM})
    assert (repository.root / "log.jsonl").read_bytes() == log


def test_provenance_of_masks_that_a_state_lacks_is_refused(repository: Repository) -> None:
    tip = repository.refs.read(MAIN)
    with pytest.raises(UnknownMask):
        save_xmp(repository, MAIN, sidecar(1), provenance={SUBJECT: SAM})
    with pytest.raises(UnknownMask):
        describe_mask(repository, MAIN, SUBJECT, lambda known: known)
    assert repository.refs.read(MAIN) == tip


@pytest.mark.parametrize(
    "told", ['{"promt": "fish"}', '{"prompt": 3}', '["prompt"]', "{", '{"created_at": "soon"}', '{"prompt": "\\ud800"}']
)
def test_unusable_provenance_is_refused(told: str) -> None:
    with pytest.raises(InvalidProvenance):
        Provenance.parse_json(told)


def test_chemigrams_format_is_read_and_kept(repository: Repository) -> None:
    theirs = {"hash": digest(1), "generator": "coarse", "prompt": None, "timestamp": "2026-04-29T10:00:00+00:00"}
    registry_file(repository).write_text(json.dumps({"current_sky_mask": theirs}))
    assert repository.registry.read().provenance(digest(1)).provider == "coarse"
    save_mask(repository, MAIN, SUBJECT, mask(2))
    kept = entries(repository)
    assert {key: kept["current_sky_mask"].get(key) for key in theirs} == theirs
    assert {"hash", "generator", "timestamp"} <= kept["subject"].keys()


def test_names_that_chemigram_registered_survive_a_checkout(repository: Repository) -> None:
    theirs = {"hash": digest(1), "generator": "coarse", "prompt": None, "timestamp": "2026-04-29T10:00:00+00:00"}
    registry_file(repository).write_text(json.dumps({"current_sky_mask": theirs}))
    checkout(repository, Detached(repository.resolve("main")))
    assert repository.registry.read().current() == {MaskName("current_sky_mask"): digest(1)}


@pytest.mark.parametrize("broken", ["", "[]", '{"sky": {}}', '{"sky": {"hash": "x"}}', '{"../x": {"hash": 1}}'])
def test_a_broken_registry_is_reported_and_the_ref_stays(repository: Repository, broken: str) -> None:
    save_mask(repository, MAIN, SUBJECT, mask(1))
    tip = repository.refs.read(MAIN)
    registry_file(repository).write_text(broken)
    with pytest.raises(RegistryDamaged, match="fsck --repair"):
        repository.registry.read()
    with pytest.raises(RegistryDamaged):
        save_mask(repository, MAIN, SUBJECT, mask(2))
    assert repository.refs.read(MAIN) == tip
    assert isinstance(save_xmp(repository, MAIN, sidecar(7)), Saved)


def test_rebuilt_registry_is_complete(repository: Repository) -> None:
    save_mask(repository, MAIN, SUBJECT, mask(1), provenance={SUBJECT: SAM})
    save_mask(repository, MAIN, SUBJECT, mask(2))
    save_mask(repository, MAIN, SKY, mask(3))
    describe_mask(repository, MAIN, SKY, lambda known: known.with_text("provider", "by hand"))
    known = repository.registry.read()
    registry_file(repository).write_text("{")
    rebuilt = rebuild(repository)
    assert rebuilt == Registry.parse(registry_file(repository).read_bytes())
    assert rebuilt.pointers == known.pointers
    assert rebuilt.provenance(digest(1)) == SAM
    assert rebuilt.provenance(digest(3)).provider == "by hand"


def test_a_registry_is_rebuilt_without_a_log_from_the_snapshots(repository: Repository) -> None:
    save_mask(repository, MAIN, SUBJECT, mask(1))
    save_mask(repository, MAIN, SUBJECT, mask(2))
    (repository.root / "log.jsonl").unlink()
    registry_file(repository).unlink()
    (repository.root / repository.objects.path(digest(1), Kind.MASK)).unlink()
    rebuilt = rebuild(repository)
    assert rebuilt.current() == {SUBJECT: digest(2)}
    assert rebuilt.pointers[SUBJECT].earlier == (digest(1),)
    assert rebuilt.purged.keys() == {digest(1)}
    assert rebuilt.provenance(digest(1)).created_at


def test_error_before_the_ref_changes_nothing(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    save_mask(repository, MAIN, SUBJECT, mask(1))
    tip = repository.refs.read(MAIN)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(repository.log, "appending", full)
    with pytest.raises(OSError, match="No space"):
        save_mask(repository, MAIN, SUBJECT, mask(2))
    monkeypatch.undo()
    assert repository.refs.read(MAIN) == tip
    assert links(repository) == {"subject": mask(1)}
    save_xmp(repository, MAIN, sidecar(3))
    assert repository.state(repository.resolve("main")).masks == {SUBJECT: digest(1)}


def test_lost_links_come_back_with_the_next_save(repository: Repository) -> None:
    save_mask(repository, MAIN, SUBJECT, mask(1))
    folder = repository.root / "masks"
    (folder / "subject.png").unlink()
    (folder / "stray.png").symlink_to("../nowhere")
    save_xmp(repository, MAIN, sidecar(3))
    assert links(repository) == {"subject": mask(1)}
    (folder / "subject.png").unlink()
    (folder / "subject.png").write_bytes(b"a person's own file")
    mask_links.restore(repository)
    assert (folder / "subject.png").read_bytes() == b"a person's own file"


def test_repair_corrects_the_links(repository: Repository) -> None:
    save_mask(repository, MAIN, SUBJECT, mask(1))
    (repository.root / "masks" / "subject.png").unlink()
    assert fsck.check(repository.root) == []
    fsck.finish(repository.root)
    assert links(repository) == {"subject": mask(1)}


def test_renaming_and_removing_masks_reads_no_mask(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    save_xmp(repository, MAIN, sidecar(1), mask_files={SUBJECT: mask(1), SKY: mask(2)})
    read: list[Kind] = []
    really_open = ObjectStore.open

    def open_noted(store: ObjectStore, name: Digest, kind: Kind) -> int:
        read.append(kind)
        return really_open(store, name, kind)

    monkeypatch.setattr(ObjectStore, "open", open_noted)
    again = Repository(repository.root)
    rename_mask(again, MAIN, SUBJECT, MaskName("person"))
    remove_masks(again, MAIN, {SKY: digest(2)})
    checkout(again, Detached(again.resolve("main")))
    assert Kind.SNAPSHOT in read
    assert Kind.MASK not in read


def test_thirty_sessions_share_one_mask(repository: Repository) -> None:
    for session in range(30):
        create_branch(repository, BranchName(f"session-{session}"))
        for save in range(3):
            save_xmp(
                repository,
                BranchName(f"session-{session}"),
                sidecar(session * 10 + save + 1),
                mask_files={SUBJECT: mask()},
            )
    masks = [found for found in repository.objects if found.kind is Kind.MASK]
    assert [found.size_bytes for found in masks] == [len(mask())]
    assert len(list(repository.objects)) == 1 + 1 + 90
