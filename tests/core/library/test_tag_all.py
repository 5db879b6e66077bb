"""Tagging a state of each image of a library: all or nothing, and again."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from chemigram_core.durable import filesystem
from chemigram_core.durable.filesystem import Filesystem
from chemigram_core.errors import UnknownRevision
from chemigram_core.library import tag_all as module
from chemigram_core.library.members import members
from chemigram_core.library.tag_all import NoImageMatches, TagReport, matching, tag_all
from chemigram_core.names import BranchName, TagName
from chemigram_core.operations.refs import create_branch, create_tag, create_tag_in_steps
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.support.builders import sidecar

V1 = TagName("v1")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Three images with a state, and one without, in two folders."""
    for number, name in enumerate(("a/1.NEF", "a/2.NEF", "b/3.NEF")):
        save_xmp(Repository.init(tmp_path / "library" / name), MAIN, sidecar(number))
    Repository.init(tmp_path / "library" / "b" / "none.NEF")
    (tmp_path / "library" / "library.json").write_text("{}")
    return tmp_path / "library"


@pytest.fixture
def tag(library: Path) -> Callable[..., TagReport]:
    def run(name: TagName = V1, rev: str = "HEAD") -> TagReport:
        return tag_all(members(library), name, rev)

    return run


def tagged(library: Path) -> dict[str, list[TagName]]:
    return {one.path: Repository(one.root).refs.tags() for one in members(library)}


def test_each_image_is_tagged_and_one_without_a_state_is_left_out(library: Path, tag: Callable[..., TagReport]) -> None:
    report = tag()
    heads = {path: Repository(library / path).resolve("HEAD") for path in ("a/1.NEF", "a/2.NEF", "b/3.NEF")}
    assert report.tagged == heads
    assert list(report.left_out) == ["b/none.NEF"]
    assert (report.unchanged, report.problems) == ({}, {})
    assert {path: Repository(library / path).resolve("refs/tags/v1") for path in heads} == heads


def test_tagging_again_changes_nothing(library: Path, tag: Callable[..., TagReport]) -> None:
    first = tag()
    again = tag()
    assert (again.tagged, again.unchanged) == ({}, first.tagged)


@pytest.mark.parametrize("obstacle", ["moved", "conflict", "damaged", "lost"])
def test_if_one_image_cannot_be_tagged_none_is(library: Path, tag: Callable[..., TagReport], obstacle: str) -> None:
    last = Repository(library / "b/3.NEF")
    if obstacle == "moved":
        create_tag(last, V1)
        save_xmp(last, MAIN, sidecar(9))
    elif obstacle == "conflict":
        create_tag(last, TagName("v1/x"))
    elif obstacle == "damaged":
        (last.root / "HEAD").unlink()
    else:
        for path in (last.root / "objects").rglob("*.xmp"):
            path.unlink()
    before = tagged(library) if obstacle != "damaged" else {}
    report = tag()
    assert list(report.problems) == ["b/3.NEF"]
    assert report.tagged == {}
    assert not before or tagged(library) == before
    assert Repository(library / "a/1.NEF").refs.tags() == []


def test_repeating_a_killed_command_completes_it(
    library: Path, tag: Callable[..., TagReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def killed(*arguments: object) -> object:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return create_tag_in_steps(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(module, "_BATCH", 1)
        patch.setattr(module, "create_tag_in_steps", killed)
        with pytest.raises(KeyboardInterrupt):
            tag()
    report = tag()
    assert (list(report.unchanged), list(report.tagged)) == (["a/1.NEF"], ["a/2.NEF", "b/3.NEF"])


def test_concurrent_change_is_reported(
    library: Path, tag: Callable[..., TagReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    really = module._tag

    def beaten(*arguments: object) -> None:
        other = Repository(library / "a/2.NEF")
        save_xmp(other, MAIN, sidecar(9))
        create_tag(other, V1)
        really(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_tag", beaten)
    report = tag()
    assert (list(report.tagged), list(report.problems)) == (["a/1.NEF", "b/3.NEF"], ["a/2.NEF"])


def test_branch_that_some_images_lack_is_tagged_on_the_others(library: Path, tag: Callable[..., TagReport]) -> None:
    create_branch(Repository(library / "a/2.NEF"), BranchName("client"))
    report = tag(V1, "client")
    assert list(report.tagged) == ["a/2.NEF"]
    assert len(report.left_out) == 3
    with pytest.raises(UnknownRevision):
        tag(V1, "nosuch")


def test_a_pattern_is_a_name_or_a_path(library: Path) -> None:
    found = members(library)
    assert [one.path for one in matching(found, "[12].NEF")] == ["a/1.NEF", "a/2.NEF"]
    assert [one.path for one in matching(found, "b/*")] == ["b/3.NEF", "b/none.NEF"]
    with pytest.raises(NoImageMatches):
        matching(found, "DSC*")


@pytest.mark.parametrize("failing", [1, 2])
def test_bad_block_of_one_image_leaves_the_tags_of_the_others(
    library: Path, tag: Callable[..., TagReport], monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    syncs, really = [], os.fsync

    def sync_all(_: int) -> int:
        syncs.append(1)
        ctypes.set_errno(errno.EIO)
        return -1 if len(syncs) == failing else 0

    def sync(descriptor: int) -> None:
        if "/a/2.NEF" in os.readlink(f"/proc/self/fd/{descriptor}"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        really(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(filesystem, "_syncfs", sync_all)
        patch.setattr(os, "fsync", sync)
        report = tag()
    assert (list(report.tagged), list(report.problems)) == (["a/1.NEF", "b/3.NEF"], ["a/2.NEF"])
    tag()
    assert [Repository(library / path).refs.tags() for path in ("a/1.NEF", "a/2.NEF", "b/3.NEF")] == [[V1]] * 3


def test_many_tags_become_durable_together(
    library: Path, tag: Callable[..., TagReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the order of one alone: all lines of the logs, and then all refs."""
    syncs = []
    really = Filesystem.sync

    def sync(disk: Filesystem) -> None:
        roots = [library / path for path in ("a/1.NEF", "a/2.NEF", "b/3.NEF")]
        logs = [b'"op":"tag"' in (root / "log.jsonl").read_bytes() for root in roots]
        syncs.append((logs, [(root / "refs/tags/v1").exists() for root in roots]))
        really(disk)

    monkeypatch.setattr(Filesystem, "sync", sync)
    tag()
    assert syncs == [([True] * 3, [False] * 3), ([True] * 3, [True] * 3)]
