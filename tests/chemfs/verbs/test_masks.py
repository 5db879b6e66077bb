"""masks, and the provenance that a snapshot gives them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tests.chemfs.verbs.answer import Chemfs
from tests.support.by_path import ByPath
from tests.support.drawn_edits import Sample
from tests.support.drawn_samples import ROUND
from tests.support.drawn_states import drawn_repository, save_drawn, save_samples

Sidecar = Callable[[int], Path]
PROVENANCE = '{"provider": "sam", "prompt": "the sun", "created_at": "2026-11-20T08:00:00+00:00"}'


def saved_twice(chemfs: Chemfs, sidecar: Sidecar, mask: Path) -> tuple[str, str]:
    """A repository whose mask was regenerated; the two hashes, old and new."""
    chemfs("init", "sunset")
    first = chemfs(
        "snapshot", "sunset", sidecar(1), "--mask", f"subject={mask}", "--mask-info", f"subject={PROVENANCE}", "--json"
    ).json
    Image.linear_gradient("L").rotate(90).save(mask)
    second = chemfs("snapshot", "sunset", sidecar(1), "--mask", f"subject={mask}", "--json").json
    return first["masks"]["subject"], second["masks"]["subject"]


def test_registry_lists_earlier_masks_of_a_name(chemfs: Chemfs, sidecar: Sidecar, mask: Path) -> None:
    old, new = saved_twice(chemfs, sidecar, mask)
    registry = chemfs("masks", "sunset", "--json").json["masks"]
    assert registry["subject"]["hash"] == new
    assert registry["subject"]["history"][0]["hash"] == old
    assert registry["subject"]["history"][0]["provider"] == "sam"


def test_masks_for_people(chemfs: Chemfs, sidecar: Sidecar, mask: Path) -> None:
    old, new = saved_twice(chemfs, sidecar, mask)
    now, before = chemfs("masks", "sunset").out.splitlines()
    assert now.startswith(f"subject  {new[:12]}")
    assert before.split()[0] == old[:12]
    assert before.endswith('sam  "the sun"')


def test_log_names_the_masks_that_got_a_provenance(chemfs: Chemfs, sidecar: Sidecar, mask: Path) -> None:
    saved_twice(chemfs, sidecar, mask)
    assert chemfs("log", "sunset").out.splitlines()[-1].endswith("provenance: subject  masks: subject")


def test_show_prints_the_provenance_of_masks(chemfs: Chemfs, sidecar: Sidecar, mask: Path) -> None:
    saved_twice(chemfs, sidecar, mask)
    chemfs("tag", "sunset", "new")
    first = chemfs("log", "sunset", "--json").json[-1]["hash"]
    assert chemfs("show", "sunset", first, "--json").json["provenance"]["subject"]["prompt"] == "the sun"


def test_an_unusable_provenance_is_refused(chemfs: Chemfs, sidecar: Sidecar, mask: Path) -> None:
    chemfs("init", "sunset")
    for provenance in ("{", "[]", '{"colour": "red"}'):
        answer = chemfs(
            "snapshot", "sunset", sidecar(1), "--mask", f"subject={mask}", "--mask-info", f"subject={provenance}"
        )
        assert answer.code == 3, provenance
    assert chemfs("masks", "sunset").out == ""


def test_masks_drawn_in_darktable_are_listed(chemfs: Chemfs, tmp_path: Path) -> None:
    repository = drawn_repository(tmp_path)
    save_samples(repository, [Sample("", "", ROUND), Sample("", "", ROUND, {"feathering": 5})])
    instance = {"operation": "velvia", "name": "m0", "priority": 0, "id": 1000}
    first, second = chemfs("masks", str(repository.root), "--json").json["drawn"]
    assert first == {**instance, "path": "drawn/velvia-m0.png"}
    assert (second["name"], second["reason"]) == ("m1", "it is feathered along the picture's edges")
    shown, missing = chemfs("masks", str(repository.root)).out.splitlines()
    assert shown.startswith("drawn/velvia-m0.png")
    assert shown.endswith('drawn  velvia (velvia) "m0", priority 0, mask 1000')
    assert missing.endswith("mask 1002: it is feathered along the picture's edges")


def test_an_export_has_drawn_masks_if_asked(chemfs: Chemfs, tmp_path: Path) -> None:
    repository = drawn_repository(tmp_path)
    save_drawn(repository, ROUND)
    assert chemfs("export", str(repository.root), "HEAD", str(tmp_path / "plain")).code == 0
    assert not (tmp_path / "plain" / "drawn").exists()
    assert chemfs("export", str(repository.root), "HEAD", str(tmp_path / "out"), "--drawn").code == 0
    view, folder = ByPath(repository.root), tmp_path / "out" / "drawn"
    exported = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    assert sorted(exported) == ["README.txt", "shapes/#1001 (1001).png", "velvia-m0.png"]
    for path in exported:
        assert (folder / path).read_bytes() == view.read(f"heads/main/drawn/{path}")
