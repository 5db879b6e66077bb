"""Renaming a temporary file with a failed write onto a sidecar in a roll saves nothing."""

from __future__ import annotations

import errno
import os
from contextlib import suppress

import pytest

from chemfs.tree.open_files import OpenFile
from chemigram_core.repository import MAIN, Repository
from chemigram_core.sidecar import parse
from tests.support.builders import sidecar
from tests.support.by_path import ByPath

OLD, NEW = sidecar(1, entries=20), sidecar(2, entries=20)
BLOCK = 512
ROLL = "/shoot/roll"
TEMPORARY, SIDECAR = f"{ROLL}/temporary", f"{ROLL}/a.NEF.xmp"


def write_in_blocks(opened: OpenFile, content: bytes) -> None:
    """Write on, whatever happens."""
    for start in range(0, len(content), BLOCK):
        with suppress(OSError):
            opened.write(content[start : start + BLOCK], start)


@pytest.fixture
def spoilt(view: ByPath, monkeypatch: pytest.MonkeyPatch) -> OpenFile:
    """A temporary file with an edit, over which another was written but for its second block."""
    view.write(TEMPORARY, OLD)
    opened = view.open(TEMPORARY, os.O_RDWR)
    really, calls = os.pwrite, []

    def fail_once(*arguments: object) -> int:
        calls.append(arguments)
        if len(calls) == 2:
            raise OSError(errno.EIO, "broken")
        return really(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "pwrite", fail_once)
    write_in_blocks(opened, NEW)
    monkeypatch.setattr(os, "pwrite", really)
    return opened


@pytest.mark.parametrize("is_open", [True, False])
def test_spoilt_file_is_not_saved(view: ByPath, a: Repository, spoilt: OpenFile, *, is_open: bool) -> None:
    tip = a.tip(MAIN)
    if not is_open:
        spoilt.flush()
        spoilt.release()
    with pytest.raises(OSError, match="broken"):
        view.rename(TEMPORARY, SIDECAR)
    assert a.tip(MAIN) == tip
    assert "temporary" in view.names(ROLL)


def test_rewritten_spoilt_file_is_saved(view: ByPath, a: Repository, spoilt: OpenFile) -> None:
    write_in_blocks(spoilt, NEW)
    spoilt.flush()
    view.rename(TEMPORARY, SIDECAR)
    spoilt.release()
    assert a.tip(MAIN) == parse(NEW).digest


def test_a_file_that_is_emptied_is_whole_again(view: ByPath, a: Repository, spoilt: OpenFile) -> None:
    spoilt.release()
    view.write(TEMPORARY, NEW)
    view.rename(TEMPORARY, SIDECAR)
    assert a.tip(MAIN) == parse(NEW).digest
