"""Changes of an edit by darktable itself are distinguished from those by the user, and logged."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from chemigram_core.sidecar import parse
from chemigram_core.sidecar.automatic_change import is_automatic_change
from tests.support.builders import mask, sidecar

HASHES = 'darktable:history_{}_hash="{}"'


def hashed(data: bytes, **hashes: str) -> bytes:
    """A sidecar with darktable's hashes of its history."""
    written = "\n   ".join(HASHES.format(kind, value) for kind, value in hashes.items())
    return data.replace(b"darktable:raw_params", written.encode() + b"\n   darktable:raw_params")


EMPTY = sidecar(1, entries=0)
PRESETS = hashed(sidecar(1, entries=3), basic="b", auto="a", current="a")
MIGRATED = sidecar(1, entries=2).replace(b'modversion="6"', b'modversion="7"').replace(b'params="0', b'params="f', 2)
OF_NEWER_BLENDING = re.sub(
    rb'blendop_version="11"\s+darktable:blendop_params="[^"]*"',
    b'blendop_version="13"\n      darktable:blendop_params="00"',
    sidecar(1, entries=2),
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (EMPTY, PRESETS),
        (EMPTY, hashed(sidecar(1), basic="b", current="b")),
        (sidecar(1, entries=2), MIGRATED),
        (sidecar(1, entries=2), OF_NEWER_BLENDING),
    ],
    ids=["automatic presets", "basic history", "newer modules", "newer blending"],
)
def test_changes_by_darktable_are_recognized(before: bytes, after: bytes) -> None:
    assert is_automatic_change(parse(before), parse(after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (EMPTY, hashed(sidecar(1, entries=3), basic="b", auto="a", current="c")),
        (EMPTY, sidecar(1, entries=3)),
        (EMPTY, PRESETS.replace(b'Rating="1"', b'Rating="4"')),
        (sidecar(2), PRESETS),
        (sidecar(1, entries=2), sidecar(2, entries=2)),
        (sidecar(1, entries=3), MIGRATED),
        (MIGRATED, sidecar(1, entries=2)),
        (sidecar(1, entries=2), MIGRATED.replace(b'enabled="1"', b'enabled="0"', 1)),
        (sidecar(1, entries=2), MIGRATED.replace(b'Rating="1"', b'Rating="4"')),
        (sidecar(1, entries=2), MIGRATED.replace(b'modversion="7"', b'modversion="6"', 1)),
        (sidecar(1, entries=2), sidecar(1, entries=2, rating=3)),
        (EMPTY, EMPTY),
    ],
    ids=[
        "altered",
        "without hashes",
        "presets and a rating",
        "reset to presets",
        "another setting",
        "fewer steps",
        "older modules",
        "one switched off",
        "newer and rated",
        "another setting of the same version",
        "rated",
        "nothing",
    ],
)
def test_changes_by_the_user_are_recognized(before: bytes, after: bytes) -> None:
    assert not is_automatic_change(parse(before), parse(after))


def test_log_records_what_darktable_changed(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "repository")
    save_xmp(repository, MAIN, EMPTY)
    save_xmp(repository, MAIN, PRESETS)
    save_xmp(repository, MAIN, sidecar(9, entries=4))
    assert [entry.metadata.get("by") for entry in repository.log.entries()] == [None, "darktable", None]


def test_masks_of_the_branch_do_not_hide_darktables_change(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "repository")
    save_xmp(repository, MAIN, EMPTY, mask_files={"sky": mask()})  # type: ignore[dict-item]
    save_xmp(repository, MAIN, PRESETS)
    assert next(repository.log.newest_first()).metadata == {"by": "darktable"}


def test_callers_own_metadata_is_kept(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "repository")
    save_xmp(repository, MAIN, EMPTY)
    save_xmp(repository, MAIN, PRESETS, metadata={"by": "an agent"})
    assert next(repository.log.newest_first()).metadata == {"by": "an agent"}
