"""Drafts and removals, also when the store fails: nothing is truncated, left behind or forgotten."""

from __future__ import annotations

import errno
import math
import os
import resource
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from chemfs.tree.errors import NotFound
from chemfs.tree.heads import heads_folder, saver
from chemfs.tree.heads.draft import Draft
from chemfs.tree.heads.draft_table import DraftTable
from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidXmp, RefMissing, Refused
from chemigram_core.masks import png
from chemigram_core.names import BranchName, MaskName
from chemigram_core.operations.refs import create_branch, delete_branch, rename_branch
from chemigram_core.operations.save import save_given, save_mask, save_xmp
from chemigram_core.refs.refs import Refs
from chemigram_core.repository import MAIN, Repository
from tests.support.builders import mask, sidecar
from tests.support.by_path import ByPath

XMP, MASK, COPY = "/heads/main/image.xmp", "/heads/main/masks/sky.png", "/heads/main/masks/copy.png"
SKY = mask(size=(300, 200), compress_level=0)


@pytest.fixture
def view(tmp_path: Path) -> ByPath:
    repository = Repository.init(tmp_path / "repository")
    save_xmp(repository, MAIN, sidecar(), mask_files={MaskName("sky"): SKY})
    return ByPath(repository.root)


@contextmanager
def little_room() -> Iterator[None]:
    """No file may grow larger than a tenth of the mask in the context, as on a disk that is nearly full.

    Not a fixture, so that pytest can still write its report.
    """
    handler, limits = signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


def drafts(view: ByPath) -> list[str]:
    return os.listdir(view.store / "scratch" / ".drafts")


def test_file_that_does_not_fit_fails_to_open_instead_of_being_truncated(view: ByPath) -> None:
    descriptors = len(os.listdir("/proc/self/fd"))
    with little_room(), pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
        view.open(MASK, os.O_RDWR)
    assert drafts(view) == []
    assert len(os.listdir("/proc/self/fd")) == descriptors


def test_writing_to_a_removed_file_saves_nothing(view: ByPath) -> None:
    repository = Repository(view.store)
    draft = "/heads/main/draft"
    removed = view.open(draft, os.O_WRONLY | os.O_CREAT)
    view.remove(draft)
    view.write(draft, sidecar(1))
    view.rename(draft, XMP)
    view.write(XMP, sidecar(2))
    tip = repository.tip(MAIN)
    removed.write(b"nobody finds this", 0)
    removed.flush()
    removed.release()
    assert repository.tip(MAIN) == tip


def test_removed_open_file_keeps_its_mode(view: ByPath) -> None:
    draft = "/heads/main/draft"
    view.open(draft, os.O_WRONLY | os.O_CREAT, 0o600).release()
    opened = view.open(draft, os.O_RDONLY)
    view.remove(draft)
    assert opened.stat().mode == 0o600


@pytest.mark.parametrize("data", [mask(7), b"no such thing", b""], ids=["saved", "refused", "empty"])
def test_mask_removed_just_after_its_close_stays_removed(view: ByPath, data: bytes) -> None:
    """The kernel sends RELEASE some time after the program has closed the file."""
    opened = view.open(MASK, os.O_WRONLY | os.O_TRUNC)
    opened.write(data, 0)
    with suppress(Refused):
        opened.flush()
    view.remove(MASK)
    with pytest.raises(NotFound):
        view.node(MASK)
    opened.release()
    with pytest.raises(NotFound):
        view.node(MASK)
    view.repository().commit_due(math.inf)
    repository = Repository(view.store)
    assert not repository.state(repository.tip(MAIN)).masks


def test_old_name_is_gone_when_a_mask_written_twice_is_renamed_at_once(view: ByPath) -> None:
    files = [view.open(MASK, os.O_WRONLY | os.O_TRUNC) for _ in range(2)]
    for level, opened in enumerate(files):
        opened.write(mask(level), 0)
        opened.flush()
    view.rename(MASK, COPY)
    with pytest.raises(NotFound):
        view.node(MASK)
    for opened in files:
        opened.release()


def test_draft_is_removed_even_if_closing_it_fails(view: ByPath, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = view.open(XMP, os.O_RDWR)
    close = os.close

    def close_and_fail(descriptor: int) -> None:
        close(descriptor)
        if descriptor == opened._descriptor:  # type: ignore[attr-defined]
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as failing, pytest.raises(OSError, match=os.strerror(errno.EIO)):
        failing.setattr("chemfs.tree.heads.writable_file.os.close", close_and_fail)
        opened.release()
    assert drafts(view) == []


@pytest.mark.parametrize("removal", ["due", "save"])
@pytest.mark.parametrize("how", ["written", "renamed"])
def test_mask_written_again_during_its_removal_is_kept(
    view: ByPath, monkeypatch: pytest.MonkeyPatch, removal: str, how: str
) -> None:
    repository = Repository(view.store)
    verb = {"due": "remove_masks", "save": "save_xmp"}[removal]
    if how == "written":
        coming_back = threading.Thread(target=view.write, args=(MASK, SKY))
    else:
        view.write(COPY, SKY)
        coming_back = threading.Thread(target=view.rename, args=(COPY, MASK))
    view.remove(MASK)
    save_removal = getattr(saver, verb)

    def save_late(*arguments: Any, **options: Any) -> object:
        coming_back.start()
        coming_back.join(0.5)
        return save_removal(*arguments, **options)

    monkeypatch.setattr(saver, verb, save_late)
    if removal == "due":
        view.repository().commit_due(math.inf)
    else:
        view.write(XMP, sidecar(1))
    coming_back.join()
    assert list(repository.state(repository.tip(MAIN)).masks) == ["sky"]


@pytest.mark.parametrize("moment", ["before", "check", "while", "after"])
def test_attribute_set_at_any_time_around_a_close_is_kept(
    view: ByPath, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """`before`: the mask waits to be saved; `check`, `while`: its close runs; `after`: it is part of the tip."""
    save, check = save_given, png.check
    opened = view.open(MASK, os.O_WRONLY | os.O_TRUNC)
    opened.write(mask(7), 0)
    describe = threading.Thread(
        target=view.node(MASK).set_xattr, args=("user.chemfs.prompt", b"the sky at noon", 0), daemon=True
    )

    def describe_at(now: str) -> None:
        if moment == now:
            describe.start()
            describe.join(0.3)

    def check_late(data: bytes) -> None:
        describe_at("check")
        check(data)

    def save_late(*arguments: Any, **options: Any) -> object:
        describe_at("while")
        return save(*arguments, **options)

    monkeypatch.setattr(png, "check", check_late)
    monkeypatch.setattr(saver, "save_given", save_late)
    if moment == "before":
        describe.start()
        describe.join()
    opened.flush()
    if moment == "after":
        describe.start()
    describe.join(5)
    opened.release()
    assert view.node(MASK).xattr("user.chemfs.prompt") == b"the sky at noon"
    assert view.read(MASK) == mask(7)


def test_saving_an_xmp_does_not_wait_for_a_mask_check(view: ByPath, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large masks take seconds, and darktable switches its autosave off if a save takes longer than half a second."""
    check, is_late = png.check, []
    xmp = threading.Thread(target=view.write, args=(XMP, sidecar(1)))

    def check_meanwhile(data: bytes) -> None:
        xmp.start()
        xmp.join(5)
        is_late.append(xmp.is_alive())
        check(data)

    monkeypatch.setattr(png, "check", check_meanwhile)
    view.write(MASK, mask(7))
    xmp.join()
    assert is_late == [False]


def test_removed_file_reappears_when_it_is_saved_from_outside(view: ByPath) -> None:
    repository = Repository(view.store)
    for path in (XMP, MASK):
        view.remove(path)
    save_mask(repository, MAIN, MaskName("sky"), mask(7))
    assert view.node(MASK)
    with pytest.raises(NotFound):
        view.node(XMP)
    save_xmp(repository, MAIN, sidecar(1))
    assert view.node(XMP)


@pytest.mark.parametrize(
    ("path", "data", "verb"), [(XMP, sidecar(1), "save_xmp"), (MASK, mask(7), "save_given")], ids=["xmp", "mask"]
)
def test_file_closed_during_a_branch_rename_is_saved_under_the_new_name(
    view: ByPath, monkeypatch: pytest.MonkeyPatch, path: str, data: bytes, verb: str
) -> None:
    repository, renamed = Repository(view.store), BranchName("renamed")
    before = repository.tip(MAIN)
    opened = view.open(path, os.O_WRONLY | os.O_TRUNC)
    opened.write(data, 0)
    closing, begun, over = threading.Thread(target=opened.flush), threading.Event(), threading.Event()
    save, rename = getattr(saver, verb), rename_branch

    def save_late(*arguments: Any, **options: Any) -> object:
        begun.set()
        over.wait(5)
        return save(*arguments, **options)

    def rename_meanwhile(*arguments: Any) -> None:
        closing.start()
        begun.wait(0.5)
        rename(*arguments)
        over.set()

    monkeypatch.setattr(saver, verb, save_late)
    monkeypatch.setattr(heads_folder, "rename_branch", rename_meanwhile)
    view.rename("/heads/main", "/heads/renamed")
    closing.join()
    opened.release()
    assert repository.refs.branches() == [renamed]
    assert repository.tip(renamed) != before


@pytest.mark.parametrize("draft", ["/heads/main/draft", COPY])
@pytest.mark.parametrize("is_released", [True, False])
def test_file_closed_during_its_rename_is_saved(
    view: ByPath, monkeypatch: pytest.MonkeyPatch, draft: str, *, is_released: bool
) -> None:
    repository = Repository(view.store)
    opened, claimed = view.open(draft, os.O_WRONLY | os.O_CREAT), DraftTable.claimed
    opened.write(mask(7), 0)

    def close() -> None:
        opened.flush()
        if is_released:
            opened.release()

    def claimed_late(table: DraftTable, of: Draft) -> AbstractContextManager[None]:
        with monkeypatch.context() as inside:
            inside.setattr(DraftTable, "claimed", claimed)
            close()
        monkeypatch.setattr(DraftTable, "claimed", claimed)
        return claimed(table, of)

    monkeypatch.setattr(DraftTable, "claimed", claimed_late)
    view.rename(draft, MASK)
    if not is_released:
        opened.release()
    masks = repository.state(repository.tip(MAIN)).masks
    assert (list(masks), masks[MaskName("sky")]) == (["sky"], Digest.of(mask(7)))
    assert not list(view.store.glob("scratch/.drafts/*"))


def test_damaged_branch_does_not_block_removals_on_another(view: ByPath, caplog: pytest.LogCaptureFixture) -> None:
    repository = Repository(view.store)
    damaged, sound = BranchName("damaged"), BranchName("sound")
    for branch in (damaged, sound):
        create_branch(repository, branch)
        view.remove(f"/heads/{branch}/masks/sky.png")
    (view.store / "refs" / "heads" / "damaged").write_text("no hash")
    for at in (time.monotonic() + 5.0, time.monotonic() + 6.0):
        assert view.repository().commit_due(at)
    assert repository.state(repository.tip(sound)).masks == {}
    assert len(caplog.records) == 1
    assert view.repository().commit_due(math.inf)
    (view.store / "refs" / "heads" / "damaged").write_text(f"{repository.tip(MAIN)}\n")
    assert not view.repository().commit_due(math.inf)
    assert repository.state(repository.tip(damaged)).masks == {}


def test_file_closed_empty_is_neither_saved_nor_rejected(view: ByPath) -> None:
    """A shell closes a duplicate of a file before it writes."""
    repository = Repository(view.store)
    tip = repository.tip(MAIN)
    opened = view.open(XMP, os.O_WRONLY | os.O_TRUNC)
    opened.flush()
    opened.release()
    assert (repository.tip(MAIN), repository.rejected.all()) == (tip, [])


def test_rejected_half_of_a_save_is_discarded_once_the_save_is_whole(view: ByPath) -> None:
    repository, data = Repository(view.store), sidecar(9)
    before = repository.tip(MAIN)
    opened = view.open(XMP, os.O_WRONLY | os.O_TRUNC)
    opened.write(data[:300], 0)
    with pytest.raises(InvalidXmp):
        opened.flush()
    assert (repository.tip(MAIN), len(repository.rejected.all())) == (before, 1)
    opened.write(data[300:], 300)
    opened.flush()
    opened.release()
    assert repository.history.parent(repository.tip(MAIN)) == before
    assert repository.rejected.all() == []


def test_closing_an_unwritten_file_does_not_undo_a_newer_save(view: ByPath) -> None:
    repository = Repository(view.store)
    opened = view.open(XMP, os.O_RDWR)
    view.write(XMP, sidecar(5))
    tip = repository.tip(MAIN)
    opened.flush()
    opened.release()
    assert repository.tip(MAIN) == tip


def test_writer_reads_the_whole_file(view: ByPath) -> None:
    opened = view.open(MASK, os.O_RDWR)
    assert opened.read(len(SKY) + 1, 0) == SKY
    assert opened.read(10, 10_000) == SKY[10_000:10_010]
    opened.release()


@pytest.mark.parametrize("is_made_anew", [True, False])
def test_file_closed_after_its_branch_is_deleted_is_rejected_and_kept(view: ByPath, *, is_made_anew: bool) -> None:
    repository = Repository(view.store)
    view.make_folder("/heads/warm")
    opened = view.open("/heads/warm/image.xmp", os.O_WRONLY | os.O_TRUNC)
    opened.write(sidecar(7), 0)
    view.folder("/heads").remove_folder("warm")
    if is_made_anew:
        view.make_folder("/heads/warm")
    tips = {name: repository.refs.read(name) for name in repository.refs.branches()}
    with pytest.raises(RefMissing):
        opened.flush()
    opened.release()
    assert {name: repository.refs.read(name) for name in repository.refs.branches()} == tips
    assert sidecar(7) in [path.read_bytes() for path in (view.store / "rejected").iterdir()]


def test_file_closed_after_its_branch_is_deleted_outside_is_rejected(view: ByPath) -> None:
    repository = Repository(view.store)
    view.make_folder("/heads/warm")
    opened = view.open("/heads/warm/image.xmp", os.O_WRONLY | os.O_TRUNC)
    opened.write(sidecar(7), 0)
    delete_branch(repository, BranchName("warm"))
    with pytest.raises(RefMissing):
        opened.flush()
    opened.release()
    assert repository.refs.branches() == [MAIN]


@pytest.mark.parametrize("how", ["made", "renamed"])
def test_new_branch_inherits_nothing_from_a_deleted_one_of_the_same_name(view: ByPath, how: str) -> None:
    repository, warm = Repository(view.store), BranchName("warm")
    view.make_folder("/heads/warm")
    opened = view.open("/heads/warm/image.xmp", os.O_WRONLY | os.O_TRUNC)
    opened.write(sidecar(7), 0)
    view.remove("/heads/warm/masks/sky.png")
    delete_branch(repository, warm)
    if how == "made":
        view.make_folder("/heads/warm")
    else:
        view.rename("/heads/main", "/heads/warm")
    tip = repository.tip(warm)
    view.repository().commit_due(math.inf)
    with pytest.raises(RefMissing):
        opened.flush()
    opened.release()
    assert repository.tip(warm) == tip
    assert "sky.png" in view.names("/heads/warm/masks")


def test_empty_new_mask_can_be_renamed_and_then_written(view: ByPath) -> None:
    repository = Repository(view.store)
    before = repository.tip(MAIN)
    view.make_file("/heads/main/masks/new.png", 0o100644)
    view.rename("/heads/main/masks/new.png", COPY)
    assert view.names("/heads/main/masks") == ["copy.png", "sky.png"]
    assert repository.tip(MAIN) == before
    view.write(COPY, mask(7), os.O_CREAT)
    assert set(repository.state(repository.tip(MAIN)).masks) == {"copy", "sky"}


@pytest.mark.parametrize("mode", [0o644, 0o200])
def test_a_file_opened_only_to_write_is_saved_after_a_rename(view: ByPath, mode: int) -> None:
    """As gio does: the rename comes first, then the close."""
    before = Repository(view.store).tip(MAIN)
    opened = view.folder("/heads/main").create("new", os.O_WRONLY | os.O_CREAT, mode)
    opened.write(sidecar(7), 0)
    view.rename("/heads/main/new", XMP)
    opened.flush()
    opened.release()
    assert Repository(view.store).tip(MAIN) != before


def test_file_is_saved_although_its_draft_was_removed(view: ByPath) -> None:
    repository = Repository(view.store)
    before = repository.tip(MAIN)
    opened = view.open(XMP, os.O_WRONLY | os.O_TRUNC)
    opened.write(sidecar(7), 0)
    (view.store / "scratch" / ".drafts").joinpath(*drafts(view)).unlink()
    opened.flush()
    opened.release()
    assert repository.history.parent(repository.tip(MAIN)) == before


def test_file_created_during_a_branch_rename_is_found(view: ByPath, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, read = view.folder("/heads/main"), Refs.read
    names = iter(["/heads/renamed"])

    def read_and_rename(refs: Refs, name: BranchName) -> Digest | None:
        found = read(refs, name)
        for renamed in names:
            view.rename("/heads/main", renamed)
        return found

    monkeypatch.setattr(Refs, "read", read_and_rename)
    folder.create("notes", os.O_WRONLY | os.O_CREAT, 0o644).release()
    assert "notes" in view.names("/heads/renamed")


def test_file_of_a_deleted_branch_is_missing_not_empty(view: ByPath) -> None:
    view.make_folder("/heads/warm")
    folder = view.folder("/heads/warm")
    opened = view.open("/heads/warm/image.xmp", os.O_WRONLY | os.O_TRUNC)
    rename_branch(Repository(view.store), BranchName("warm"), BranchName("warmer"))
    with pytest.raises(NotFound):
        folder.lookup("image.xmp")
    opened.release()
