"""masks, and the provenance that a snapshot gives them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tests.chemfs.verbs.answer import Chemfs

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
    registry = chemfs("masks", "sunset", "--json").json
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
