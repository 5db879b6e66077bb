"""A file with a failed write is never saved in part, and its bytes are kept."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from chemfs.tree.heads.doubt import Doubt
from chemfs.tree.open_files import OpenFile
from chemigram_core.errors import InvalidXmp
from chemigram_core.masks.registry import Masks
from chemigram_core.names import MaskName
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from chemigram_core.sidecar import parse
from tests.support.builders import mask, picture, sidecar
from tests.support.by_path import ByPath

OLD, NEW = sidecar(1, entries=20), sidecar(2, entries=20)
BLOCK = 512
ERROR = OSError(errno.EIO, "broken")
PATHS = ["image.xmp", "a.tif.xmp", "masks/sky.png"]


@pytest.fixture
def view(tmp_path: Path) -> ByPath:
    repository = Repository.init(tmp_path / "repository", picture(tmp_path / "a.tif"))
    save_xmp(repository, MAIN, OLD, mask_files={MaskName("sky"): mask(1, size=(99, 50), compress_level=0)})
    return ByPath(repository.root)


def data(path: str) -> bytes:
    return mask(2, size=(99, 50), compress_level=0) if path.endswith(".png") else NEW


def failing(monkeypatch: pytest.MonkeyPatch, call: str, nth: int) -> None:
    """Let one call of a kind fail."""
    real, calls = getattr(os, call), []

    def maybe(*arguments: object) -> object:
        calls.append(arguments)
        if len(calls) == nth:
            raise ERROR
        return real(*arguments)

    monkeypatch.setattr(os, call, maybe)


def write_in_blocks(opened: OpenFile, content: bytes) -> None:
    """Write on, whatever happens."""
    for start in range(0, len(content), BLOCK):
        with suppress(OSError):
            opened.write(content[start : start + BLOCK], start)


def masks(view: ByPath) -> Masks:
    repository = Repository(view.store)
    return repository.state(repository.tip(MAIN)).masks


def kept(view: ByPath) -> list[bytes]:
    folder = view.store / "rejected"
    return [path.read_bytes() for path in folder.glob("*") if not path.name.endswith(".reason.txt")]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("flags", [os.O_WRONLY, os.O_RDWR | os.O_TRUNC, os.O_WRONLY | os.O_APPEND | os.O_TRUNC])
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_writing_on_after_a_failed_write_saves_nothing(
    view: ByPath, monkeypatch: pytest.MonkeyPatch, path: str, flags: int, nth: int
) -> None:
    repository = Repository(view.store)
    tip, shown = repository.tip(MAIN), view.read(f"/heads/main/{path}")
    opened = view.open(f"/heads/main/{path}", flags)
    failing(monkeypatch, "pwrite", nth)
    write_in_blocks(opened, data(path))
    for _ in range(2):
        with pytest.raises(OSError, match="broken"):
            opened.flush()
    assert len(kept(view)) == 1, "the bytes are kept as soon as the program gets the error"
    (save,) = repository.rejected.all()
    opened.release()
    assert (repository.tip(MAIN), view.read(f"/heads/main/{path}")) == (tip, shown)
    assert len(kept(view)) == 1
    assert repository.rejected.all() == [save], "and nothing moves behind the program's back"
    assert "broken" in save.reason
    assert not os.listdir(view.store / "scratch" / ".drafts")


def try_sync(opened: OpenFile) -> None:
    opened.write(NEW, 0)
    opened.sync()


@pytest.mark.parametrize(
    ("call", "change"),
    [
        ("fsync", try_sync),
        ("ftruncate", lambda opened: opened.truncate(0)),
        ("ftruncate", lambda opened: opened.truncate(len(OLD) + 100)),
    ],
    ids=["fsync", "cut", "extended"],
)
def test_a_failed_sync_or_truncation_spoils_a_file(
    view: ByPath, monkeypatch: pytest.MonkeyPatch, call: str, change: Callable[[OpenFile], None]
) -> None:
    tip = Repository(view.store).tip(MAIN)
    opened = view.open("/heads/main/image.xmp", os.O_RDWR)
    with monkeypatch.context() as inside:
        failing(inside, call, 1)
        with pytest.raises(OSError, match="broken"):
            change(opened)
    with pytest.raises(OSError, match="broken"):
        opened.flush()
    opened.release()
    assert Repository(view.store).tip(MAIN) == tip


def test_failed_write_without_a_close_is_kept_and_not_saved(view: ByPath, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mapping is written back after the last close, or the kernel fails the close by itself."""
    tip = Repository(view.store).tip(MAIN)
    opened = view.open("/heads/main/image.xmp", os.O_RDWR)
    failing(monkeypatch, "pwrite", 2)
    write_in_blocks(opened, NEW)
    opened.release()
    assert Repository(view.store).tip(MAIN) == tip
    assert len(kept(view)) == 1


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("is_truncated", [True, False])
def test_file_rewritten_after_a_failed_write_is_saved(
    view: ByPath, monkeypatch: pytest.MonkeyPatch, path: str, *, is_truncated: bool
) -> None:
    before = Repository(view.store).tip(MAIN)
    opened = view.open(f"/heads/main/{path}", os.O_RDWR)
    failing(monkeypatch, "pwrite", 2)
    write_in_blocks(opened, data(path))
    with pytest.raises(OSError, match="broken"):
        opened.flush()
    if is_truncated:
        opened.truncate(0)
    write_in_blocks(opened, data(path))
    opened.truncate(len(data(path)))
    opened.flush()
    opened.release()
    repository = Repository(view.store)
    assert repository.history.parent(repository.tip(MAIN)) == before
    assert kept(view) == []


@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize("verb", ["rename", "link"])
def test_scratch_file_with_a_failed_write_cannot_replace_a_state_file(
    view: ByPath, monkeypatch: pytest.MonkeyPatch, verb: str, *, is_open: bool
) -> None:
    tip = Repository(view.store).tip(MAIN)
    opened = view.open("/heads/main/new", os.O_WRONLY | os.O_CREAT)
    with monkeypatch.context() as inside:
        failing(inside, "pwrite", 1)
        write_in_blocks(opened, NEW)
    opened.write(NEW[:BLOCK], BLOCK)
    opened.flush()
    if not is_open:
        opened.release()
    folder = view.folder("/heads/main")
    with pytest.raises(OSError, match="broken"):
        folder.rename("new", folder, "image.xmp") if verb == "rename" else folder.link(
            "image.xmp", folder.lookup("new")
        )
    assert Repository(view.store).tip(MAIN) == tip
    view.write("/heads/main/new", NEW)
    view.rename("/heads/main/new", "/heads/main/image.xmp")
    assert Repository(view.store).tip(MAIN) != tip


@pytest.mark.parametrize("is_linked_first", [True, False])
@pytest.mark.parametrize("verb", ["rename", "link"])
def test_no_name_of_a_scratch_file_with_a_failed_write_can_replace_a_state_file(
    view: ByPath, monkeypatch: pytest.MonkeyPatch, verb: str, *, is_linked_first: bool
) -> None:
    tip = Repository(view.store).tip(MAIN)
    folder, opened = view.folder("/heads/main"), view.open("/heads/main/new", os.O_WRONLY | os.O_CREAT)
    if is_linked_first:
        folder.link("second", folder.lookup("new"))
    with monkeypatch.context() as inside:
        failing(inside, "pwrite", 1)
        write_in_blocks(opened, NEW)
    opened.write(NEW[:BLOCK], BLOCK)
    opened.flush()
    opened.release()
    if not is_linked_first:
        folder.link("second", folder.lookup("new"))
    folder.remove("new")
    with pytest.raises(OSError, match="broken"):
        view.rename("/heads/main/second", "/heads/main/image.xmp") if verb == "rename" else folder.link(
            "image.xmp", folder.lookup("second")
        )
    assert Repository(view.store).tip(MAIN) == tip
    view.write("/heads/main/second", NEW)
    view.rename("/heads/main/second", "/heads/main/image.xmp")
    assert Repository(view.store).tip(MAIN) != tip


@pytest.mark.parametrize("way", ["written", "renamed away"])
def test_another_file_with_the_inode_of_a_spoilt_one_is_whole(
    view: ByPath, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    for module in ("scratch", "branch"):
        monkeypatch.setattr(f"chemfs.tree.heads.{module}.file_id", lambda _: (1, 1))
    opened = view.open("/heads/main/new", os.O_WRONLY | os.O_CREAT)
    with monkeypatch.context() as inside:
        failing(inside, "pwrite", 1)
        write_in_blocks(opened, NEW)
    opened.release()
    view.folder("/heads/main").remove("new")
    if way == "written":
        view.write("/heads/main/other", NEW)
    else:
        view.rename("/heads/main/image.xmp", "/heads/main/other")
    view.rename("/heads/main/other", "/heads/main/image.xmp")
    assert not kept(view)


def test_doubt_ends_when_the_file_is_rewritten_in_order_or_emptied() -> None:
    doubt = Doubt(ERROR, 300)
    assert doubt.after_close(300)
    assert doubt.after_write(100, 300) == doubt
    half = doubt.after_write(0, 200)
    assert half.after_write(250, 300) == half
    assert half.after_close(200), "the failed write would have made it longer"
    whole = half.after_write(200, 300)
    assert whole.after_close(300) is None
    assert whole.after_close(200) is None
    assert whole.after_close(301)
    assert (cut := whole.after_truncation(250))
    assert cut.after_close(250) is None
    assert cut.after_close(300)
    assert doubt.after_truncation(0) is None


def test_repeating_only_the_failed_write_saves_nothing(view: ByPath, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an error the kernel doesn't ask for the rest of a large write: the file may lack more than that range."""
    tip = Repository(view.store).tip(MAIN)
    opened = view.open("/heads/main/image.xmp", os.O_RDWR)
    with monkeypatch.context() as inside:
        failing(inside, "pwrite", 2)
        write_in_blocks(opened, NEW)
    opened.write(NEW[BLOCK : 2 * BLOCK], BLOCK)
    with pytest.raises(OSError, match="broken"):
        opened.flush()
    opened.release()
    assert Repository(view.store).tip(MAIN) == tip
    assert len(kept(view)) == 1


@pytest.mark.parametrize("ends", [1, 2])
def test_final_bytes_of_a_spoilt_file_are_kept(view: ByPath, monkeypatch: pytest.MonkeyPatch, ends: int) -> None:
    """Its first half was refused and kept before."""
    opened = view.open("/heads/main/image.xmp", os.O_RDWR | os.O_TRUNC)
    opened.write(NEW[: 3 * BLOCK], 0)
    with pytest.raises(InvalidXmp):
        opened.flush()
    with monkeypatch.context() as inside:
        failing(inside, "pwrite", 1)
        write_in_blocks(opened, NEW)
    for _ in range(ends):
        with pytest.raises(OSError, match="broken"):
            opened.flush()
    assert kept(view) == [NEW]
    opened.release()
    assert kept(view) == [NEW]


def test_close_of_a_file_that_never_got_a_byte_fails_and_keeps_nothing(
    view: ByPath, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = view.open("/heads/main/image.xmp", os.O_WRONLY | os.O_TRUNC)
    with monkeypatch.context() as inside:
        failing(inside, "pwrite", 1)
        write_in_blocks(opened, NEW[:BLOCK])
    with pytest.raises(OSError, match="broken"):
        opened.flush()
    opened.release()
    assert kept(view) == []
    assert view.read("/heads/main/image.xmp") == parse(OLD).with_masks(masks(view)).canonical()
