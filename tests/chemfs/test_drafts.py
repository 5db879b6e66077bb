"""Drafts and removals when the store fails under them: nothing is cut, nothing stays behind, nothing is forgotten."""

from __future__ import annotations

import errno
import math
import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

import pytest

from chemfs.tree import ref_folders
from chemfs.tree.errors import NotFound
from chemfs.tree.filesystem import Filesystem
from chemfs.tree.heads import saver
from chemfs.tree.heads.drafts import WritingHandle
from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidXmp, Refused
from chemigram_core.masks import png
from chemigram_core.names import BranchName, MaskName
from chemigram_core.operations.refs import create_branch, rename_branch
from chemigram_core.operations.save import save_mask, save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.chemfs.writing import write
from tests.support.builders import mask, sidecar

XMP, MASK, COPY = "/heads/main/image.xmp", "/heads/main/masks/sky.png", "/heads/main/masks/copy.png"
SKY = mask(size=(300, 200), compress_level=0)


@pytest.fixture
def view(tmp_path: Path) -> Filesystem:
    repository = Repository.init(tmp_path / "repository")
    save_xmp(repository, MAIN, sidecar(), mask_files={MaskName("sky"): SKY})
    return Filesystem(repository.root)


@contextmanager
def little_room() -> Iterator[None]:
    """No file may grow larger than a tenth of the mask in the context, as on a disk that is nearly full.

    No fixture: the report of a test must not fall under it.
    """
    handler, limits = signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


def drafts(view: Filesystem) -> list[str]:
    return os.listdir(view.root / "scratch" / ".drafts")


def test_a_file_that_does_not_fit_is_not_opened_cut(view: Filesystem) -> None:
    descriptors = len(os.listdir("/proc/self/fd"))
    with little_room(), pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
        view.number(MASK, os.O_RDWR)
    assert drafts(view) == []
    assert len(os.listdir("/proc/self/fd")) == descriptors


def test_who_still_has_a_removed_file_saves_nothing_by_it(view: Filesystem) -> None:
    repository = Repository(view.root)
    draft = "/heads/main/draft"
    changes, parts = view.changes(draft)
    _, state = view.changes(XMP)
    removed = view.number(draft, os.O_WRONLY | os.O_CREAT)
    changes.remove(parts)
    write(view, draft, sidecar(1))
    changes.rename(parts, state)
    write(view, XMP, sidecar(2))
    tip = repository.tip(MAIN)
    view.handle(removed).write(b"nobody finds this", 0)
    view.handle(removed).flush()
    view.release(removed)
    assert repository.tip(MAIN) == tip


def test_who_reads_a_removed_file_is_told_its_mode(view: Filesystem) -> None:
    draft = "/heads/main/draft"
    view.release(view.number(draft, os.O_WRONLY | os.O_CREAT, 0o600))
    number = view.number(draft, os.O_RDONLY)
    changes, parts = view.changes(draft)
    changes.remove(parts)
    assert view.handle(number).node().mode == 0o600


@pytest.mark.parametrize("data", [mask(7), b"no such thing", b""], ids=["saved", "refused", "empty"])
def test_a_mask_stays_removed_when_it_was_just_closed(view: Filesystem, data: bytes) -> None:
    """The kernel tells that a file is released some time after its program has closed it."""
    number = view.number(MASK, os.O_WRONLY | os.O_TRUNC)
    view.handle(number).write(data, 0)
    with suppress(Refused):
        view.handle(number).flush()
    changes, parts = view.changes(MASK)
    changes.remove(parts)
    with pytest.raises(NotFound):
        view.node(MASK)
    view.release(number)
    with pytest.raises(NotFound):
        view.node(MASK)
    changes.settle(math.inf)
    repository = Repository(view.root)
    assert not repository.state(repository.tip(MAIN)).masks


def test_nothing_is_where_a_mask_was_that_is_renamed_just_after_it_was_written_twice(view: Filesystem) -> None:
    numbers = [view.number(MASK, os.O_WRONLY | os.O_TRUNC) for _ in range(2)]
    for number in numbers:
        view.handle(number).write(mask(number), 0)
        view.handle(number).flush()
    changes, old, new = view.changes_of_two(MASK, COPY)
    changes.rename(old, new)
    with pytest.raises(NotFound):
        view.node(MASK)
    for number in numbers:
        view.release(number)


def test_a_draft_goes_even_when_closing_it_fails(view: Filesystem, monkeypatch: pytest.MonkeyPatch) -> None:
    number = view.number(XMP, os.O_RDWR)
    close = os.close

    def close_and_fail(descriptor: int) -> None:
        close(descriptor)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as failing, pytest.raises(OSError, match=os.strerror(errno.EIO)):
        failing.setattr("chemfs.tree.heads.drafts.os.close", close_and_fail)
        view.release(number)
    assert drafts(view) == []


@pytest.mark.parametrize("removal", ["settle", "save"])
@pytest.mark.parametrize("how", ["written", "renamed"])
def test_a_mask_that_comes_back_while_its_removal_is_saved_is_there(
    view: Filesystem, monkeypatch: pytest.MonkeyPatch, removal: str, how: str
) -> None:
    repository = Repository(view.root)
    verb = {"settle": "remove_masks", "save": "save_xmp"}[removal]
    changes, parts = view.changes(MASK)
    if how == "written":
        coming_back = threading.Thread(target=write, args=(view, MASK, SKY))
    else:
        write(view, COPY, SKY)
        coming_back = threading.Thread(target=changes.rename, args=(view.changes(COPY)[1], parts))
    changes.remove(parts)
    save_removal = getattr(saver, verb)

    def save_late(*arguments: Any, **options: Any) -> object:
        coming_back.start()
        coming_back.join(0.5)
        return save_removal(*arguments, **options)

    monkeypatch.setattr(saver, verb, save_late)
    if removal == "settle":
        changes.settle(math.inf)
    else:
        write(view, XMP, sidecar(1))
    coming_back.join()
    assert list(repository.state(repository.tip(MAIN)).masks) == ["sky"]


def test_an_xmp_does_not_wait_for_a_mask_that_is_checked(view: Filesystem, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large masks take seconds, and darktable switches its autosave off where a save takes longer than half a one."""
    check, is_late = png.check, []
    xmp = threading.Thread(target=write, args=(view, XMP, sidecar(1)))

    def check_meanwhile(data: bytes) -> None:
        xmp.start()
        xmp.join(5)
        is_late.append(xmp.is_alive())
        check(data)

    monkeypatch.setattr(png, "check", check_meanwhile)
    write(view, MASK, mask(7))
    xmp.join()
    assert is_late == [False]


def test_what_was_removed_shows_itself_when_it_is_saved_from_outside(view: Filesystem) -> None:
    repository = Repository(view.root)
    for path in (XMP, MASK):
        changes, parts = view.changes(path)
        changes.remove(parts)
    save_mask(repository, MAIN, MaskName("sky"), mask(7))
    assert view.node(MASK)
    with pytest.raises(NotFound):
        view.node(XMP)
    save_xmp(repository, MAIN, sidecar(1))
    assert view.node(XMP)


@pytest.mark.parametrize(
    ("path", "data", "verb"), [(XMP, sidecar(1), "save_xmp"), (MASK, mask(7), "save_given")], ids=["xmp", "mask"]
)
def test_a_file_that_is_closed_while_its_branch_is_renamed_is_saved_there(
    view: Filesystem, monkeypatch: pytest.MonkeyPatch, path: str, data: bytes, verb: str
) -> None:
    repository, renamed = Repository(view.root), BranchName("renamed")
    before = repository.tip(MAIN)
    number = view.number(path, os.O_WRONLY | os.O_TRUNC)
    view.handle(number).write(data, 0)
    closing, begun, over = threading.Thread(target=view.handle(number).flush), threading.Event(), threading.Event()
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
    monkeypatch.setattr(ref_folders, "rename_branch", rename_meanwhile)
    changes, old, new = view.changes_of_two("/heads/main", "/heads/renamed")
    changes.rename(old, new)
    closing.join()
    view.release(number)
    assert repository.refs.branches() == [renamed]
    assert repository.tip(renamed) != before


class LateLock:
    """A lock that somebody else has just before it is taken first."""

    def __init__(self, before: Callable[[], None]) -> None:
        self._before = [before]
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        while self._before:
            self._before.pop()()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


@pytest.mark.parametrize("draft", ["/heads/main/draft", COPY])
@pytest.mark.parametrize("is_released", [True, False])
def test_a_file_that_is_closed_while_it_is_renamed_is_saved(view: Filesystem, draft: str, *, is_released: bool) -> None:
    repository = Repository(view.root)
    number = view.number(draft, os.O_WRONLY | os.O_CREAT)
    handle = view.handle(number)
    assert isinstance(handle, WritingHandle)
    handle.write(mask(7), 0)

    def close() -> None:
        handle.flush()
        if is_released:
            view.release(number)

    handle.draft.lock = cast(threading.Lock, LateLock(close))
    changes, old, new = view.changes_of_two(draft, MASK)
    changes.rename(old, new)
    if not is_released:
        view.release(number)
    masks = repository.state(repository.tip(MAIN)).masks
    assert (list(masks), masks[MaskName("sky")]) == (["sky"], Digest.of(mask(7)))
    assert not list(view.root.glob("scratch/.drafts/*"))


def test_removals_of_a_branch_are_saved_though_another_branch_is_damaged(
    view: Filesystem, caplog: pytest.LogCaptureFixture
) -> None:
    repository = Repository(view.root)
    damaged, sound = BranchName("damaged"), BranchName("sound")
    for branch in (damaged, sound):
        create_branch(repository, branch)
        changes, parts = view.changes(f"/heads/{branch}/masks/sky.png")
        changes.remove(parts)
    (view.root / "refs" / "heads" / "damaged").write_text("no hash")
    for at in (time.monotonic() + 5.0, time.monotonic() + 6.0):
        assert changes.settle(at)
    assert repository.state(repository.tip(sound)).masks == {}
    assert len(caplog.records) == 1
    assert changes.settle(math.inf)
    (view.root / "refs" / "heads" / "damaged").write_text(f"{repository.tip(MAIN)}\n")
    assert not changes.settle(math.inf)
    assert repository.state(repository.tip(damaged)).masks == {}


def test_a_file_that_is_closed_empty_is_neither_saved_nor_refused(view: Filesystem) -> None:
    """A shell closes a duplicate of a file before it writes."""
    repository = Repository(view.root)
    tip = repository.tip(MAIN)
    number = view.number(XMP, os.O_WRONLY | os.O_TRUNC)
    view.handle(number).flush()
    view.release(number)
    assert (repository.tip(MAIN), repository.rejected.all()) == (tip, [])


def test_half_of_a_save_is_kept_only_until_it_is_whole(view: Filesystem) -> None:
    repository, data = Repository(view.root), sidecar(9)
    before = repository.tip(MAIN)
    number = view.number(XMP, os.O_WRONLY | os.O_TRUNC)
    view.handle(number).write(data[:300], 0)
    with pytest.raises(InvalidXmp):
        view.handle(number).flush()
    assert (repository.tip(MAIN), len(repository.rejected.all())) == (before, 1)
    view.handle(number).write(data[300:], 300)
    view.handle(number).flush()
    view.release(number)
    assert repository.history.parent(repository.tip(MAIN)) == before
    assert repository.rejected.all() == []


def test_who_opened_a_file_to_write_and_wrote_nothing_takes_nothing_back(view: Filesystem) -> None:
    repository = Repository(view.root)
    number = view.number(XMP, os.O_RDWR)
    write(view, XMP, sidecar(5))
    tip = repository.tip(MAIN)
    view.handle(number).flush()
    view.release(number)
    assert repository.tip(MAIN) == tip


def test_who_writes_a_file_reads_all_of_it(view: Filesystem) -> None:
    number = view.number(MASK, os.O_RDWR)
    assert view.handle(number).read(len(SKY) + 1, 0) == SKY
    assert view.handle(number).read(10, 10_000) == SKY[10_000:10_010]
    view.release(number)
