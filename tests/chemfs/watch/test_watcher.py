"""The watch of a small shoot: real folders and real inotify, with a clock that the test moves."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import pytest

from chemfs.watch.notifications import LimitReached, Notifications
from chemfs.watch.watcher import AlreadyWatched
from chemigram_core import fsck
from chemigram_core.durable import filesystem
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from chemigram_core.roll_file import read_numbers
from chemigram_core.shoot import batch, importer, intake
from chemigram_core.shoot.importer import import_shoot
from chemigram_core.shoot.intake import Intake
from chemigram_core.shoot.restore import restore_to
from chemigram_core.shoot.sidecar_file import Sidecar
from chemigram_core.sidecar import parse
from tests.chemfs.watch.conftest import Watch
from tests.support.builders import saves, sidecar
from tests.support.shoots import edit, image, repositories

FIRST = ["0.NEF.xmp", "0_01.NEF.xmp", "0_03.NEF.xmp", "1.NEF.xmp", "2.NEF.xmp"]


def repository(watch: Watch, name: str = "1.NEF") -> Repository:
    return Repository(watch.library / "wedding" / name)


def states(watch: Watch, name: str = "1.NEF") -> list[str]:
    return [str(state) for state in saves(repository(watch, name))]


def numbers(watch: Watch, name: str) -> dict[int, str]:
    return {number: str(given.branch) for number, given in read_numbers(repository(watch, name).root).items()}


def exposures(*values: int) -> list[str]:
    return [parse(sidecar(value)).digest for value in values]


def test_first_scan_takes_what_an_import_takes(start: Callable[[], Watch], source: Path, tmp_path: Path) -> None:
    watch = start()
    assert watch.take() == FIRST
    assert watch.notices() == [f"watching {source}: 4 images"]
    import_shoot(source, tmp_path / "imported")
    assert repositories(watch.library) == repositories(tmp_path / "imported")
    assert next(repository(watch).log.entries()).metadata == {"by": "watch", "source": "1.NEF.xmp"}
    assert import_shoot(source, watch.library).states == 0


def test_edit_is_taken_a_second_after_its_last_write(watch: Watch) -> None:
    for exposure in range(500, 508):
        edit(watch.source, "1.NEF.xmp", exposure)
        watch.after(0.1)
    assert watch.take() == []
    watch.after(1)
    assert watch.take() == ["1.NEF.xmp"]
    assert states(watch) == exposures(1, 507)


def test_a_file_renamed_into_its_place_is_taken(watch: Watch) -> None:
    edit(watch.source, ".1.NEF.xmp.tmp", 500).rename(watch.source / "1.NEF.xmp")
    watch.after(1)
    assert watch.take() == ["1.NEF.xmp"]


def test_sidecar_is_not_taken_while_it_is_being_written(watch: Watch) -> None:
    data = sidecar(500)
    with (watch.source / "1.NEF.xmp").open("wb") as file:
        watch.after(2)
        file.write(data[:300])
        file.flush()
        watch.after(5)
        assert (watch.take(), watch.problems()) == ([], [])
        file.write(data[300:])
    watch.after(1)
    assert (watch.take(), watch.problems()) == (["1.NEF.xmp"], [])


def test_broken_sidecar_is_reported_once_and_the_watch_continues(watch: Watch) -> None:
    for name, broken in (("1.NEF.xmp", b""), ("2.NEF.xmp", sidecar(5)[:300])):
        (watch.source / name).write_bytes(broken)
    edit(watch.source, "0.NEF.xmp", 500)
    for _ in range(3):
        watch.after(5)
    assert watch.take() == ["0.NEF.xmp"]
    assert watch.problems() == ["1.NEF.xmp: broken-sidecar", "2.NEF.xmp: broken-sidecar"]
    (watch.source / "2.NEF.xmp").write_bytes(sidecar(5)[:300])
    watch.after(1)
    watch.after(4)
    assert len(watch.problems()) == 2, "it was not fine in between"
    edit(watch.source, "1.NEF.xmp", 501)
    watch.after(1)
    (watch.source / "1.NEF.xmp").write_bytes(b"")
    watch.after(5)
    assert watch.take() == ["1.NEF.xmp"]
    assert watch.problems()[2:] == ["1.NEF.xmp: broken-sidecar"], "it was fine in between"


WHOLE = sidecar(500)
UNEDITED = sidecar(entries=0)


@pytest.mark.parametrize("start_of_it", [b"", WHOLE[:300], WHOLE[:-5]], ids=["empty", "cut off", "without its end"])
@pytest.mark.parametrize("name", ["1.NEF.xmp", "z.jpg.xmp", "1_01.NEF.xmp"], ids=["known", "first", "duplicate"])
def test_unfinished_sidecar_is_neither_taken_nor_reported_for_five_seconds(
    watch: Watch, name: str, start_of_it: bytes
) -> None:
    path = next(watch.source.rglob(name.replace("_01", "").removesuffix(".xmp"))).with_name(name)
    path.write_bytes(start_of_it)
    watch.after(1)
    watch.after(3.9)
    assert (watch.take(), watch.problems()) == ([], [])
    path.write_bytes(WHOLE)
    watch.after(1)
    assert ([Path(taken).name for taken in watch.take()], watch.problems()) == ([name], [])


def test_unfinished_sidecar_found_at_the_start_is_taken_when_it_is_whole(
    start: Callable[[], Watch], source: Path
) -> None:
    for name, content in (("0.NEF.xmp", b""), ("1.NEF.xmp", WHOLE[:300]), ("2.NEF.xmp", WHOLE[:300])):
        (source / name).write_bytes(content)
    watch = start()
    assert (watch.take(), watch.problems()) == (["0_01.NEF.xmp", "0_03.NEF.xmp"], [])
    edit(source, "1.NEF.xmp", 500)
    watch.after(1)
    assert (watch.take(), watch.problems()) == (["1.NEF.xmp"], [])
    watch.after(4)
    assert watch.problems() == ["0.NEF.xmp: broken-sidecar", "2.NEF.xmp: broken-sidecar"]
    assert [found for found in fsck.check(repository(watch).root) if not found.is_harmless] == []


@pytest.mark.parametrize("name", ["more/z.jpg.xmp", "1_07.NEF.xmp"], ids=["image", "duplicate"])
def test_first_sidecar_without_a_history_waits_for_one(watch: Watch, name: str) -> None:
    """As darktable writes an image that is new to it, or a duplicate: the automatic presets follow."""
    (watch.source / name).write_bytes(UNEDITED)
    watch.after(1)
    watch.after(3.9)
    assert watch.take() == []
    edit(watch.source, name, 500)
    watch.after(1)
    assert watch.take() == [name]
    watch.after(10)
    assert watch.take() == []


@pytest.mark.parametrize("is_found_at_the_start", [False, True])
def test_first_sidecar_that_stays_without_a_history_is_taken_after_five_seconds(
    start: Callable[[], Watch], source: Path, *, is_found_at_the_start: bool
) -> None:
    path = source / "more" / "z.jpg.xmp"
    if is_found_at_the_start:
        path.write_bytes(UNEDITED)
    watch = start()
    if not is_found_at_the_start:
        path.write_bytes(UNEDITED)
    watch.take()
    watch.after(1)
    assert watch.take() == []
    watch.after(4)
    assert watch.take() == ["more/z.jpg.xmp"]
    path.write_bytes(sidecar(entries=0, rating=4))
    watch.after(1)
    assert watch.take() == ["more/z.jpg.xmp"], "the image has a state now"


def test_first_sidecar_without_a_history_survives_a_kill_while_it_waits(
    start: Callable[[], Watch], source: Path
) -> None:
    watch = start()
    (source / "more" / "z.jpg.xmp").write_bytes(UNEDITED)
    watch.after(1)
    watch.end()
    again = start()
    again.after(5)
    assert again.take() == ["more/z.jpg.xmp"]


def test_image_that_is_due_does_not_hurry_its_sidecar(watch: Watch) -> None:
    """A copying program closes the image first: what it writes beside it has a second of its own."""
    image(watch.source, "new.NEF")
    watch.after(0.5)
    edit(watch.source, "new.NEF.xmp", 500)
    watch.after(0.6)
    edit(watch.source, "new.NEF.xmp", 501)
    watch.after(1)
    assert watch.take() == ["new.NEF.xmp"]
    assert states(watch, "new.NEF") == exposures(501)


def test_thousand_sidecars_rewritten_by_an_import_create_no_states(
    start: Callable[[], Watch], source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(100, 1100):
        image(source / "many", f"{number}.NEF")
        edit(source / "many", f"{number}.NEF.xmp", number)
    watch = start()
    assert len(watch.take()) == 1005
    before = repositories(watch.library)
    for number in range(100, 1100):
        edit(source / "many", f"{number}.NEF.xmp", number, timestamp=2)
    watch.after(1)
    assert (watch.take(), watch.problems()) == ([], [])
    assert repositories(watch.library) == before
    parsed: list[int] = []
    monkeypatch.setattr(importer, "parse_file", parsed.append)
    watch.after(60)
    assert parsed == [], "each was looked at once"


def test_removing_a_sidecar_or_image_removes_no_state(watch: Watch, tmp_path: Path) -> None:
    before = repositories(watch.library)
    (watch.source / "1.NEF.xmp").rename(tmp_path / "trash")
    (watch.source / "2.NEF").unlink()
    (watch.source / "2.NEF.xmp").unlink()
    watch.after(10)
    assert repositories(watch.library) == before
    assert (watch.take(), watch.problems()) == ([], [])
    (tmp_path / "trash").rename(watch.source / "1.NEF.xmp")
    watch.after(1)
    assert watch.take() == []


def test_a_new_duplicate_gets_the_number_that_an_import_gives(watch: Watch) -> None:
    for history in (b"", b"", sidecar(700)):
        (watch.source / "0_04.NEF.xmp").write_bytes(history)
        watch.after(0.01)
    edit(watch.source, "1_12.NEF.xmp", 800, "night")
    watch.after(1)
    assert sorted(watch.take()) == ["0_04.NEF.xmp", "1_12.NEF.xmp"]
    assert numbers(watch, "0.NEF")[4] == "version-04"
    assert numbers(watch, "1.NEF") == {0: "main", 12: "night"}


def test_new_image_is_taken_with_its_sidecars(watch: Watch) -> None:
    edit(watch.source, "new.NEF.xmp", 5)
    watch.after(1)
    assert watch.problems() == ["new.NEF.xmp: no-image"]
    image(watch.source, "new.NEF")
    image(watch.source, "bare.NEF")
    watch.after(1)
    assert watch.take() == ["new.NEF.xmp"]
    assert {"wedding/new.NEF", "wedding/bare.NEF"} < set(repositories(watch.library))


def test_new_folders_are_watched_and_scanned(watch: Watch, tmp_path: Path) -> None:
    deep = watch.source / "a" / "b"
    image(deep, "x.NEF")
    edit(deep, "x.NEF.xmp", 5)
    image(watch.source / ".hidden", "y.NEF")
    watch.after(1)
    assert watch.take() == ["a/b/x.NEF.xmp"]
    edit(deep, "x.NEF.xmp", 6)
    image(tmp_path / "moved", "z.NEF")
    edit(tmp_path / "moved", "z.NEF.xmp", 7)
    (tmp_path / "moved").rename(deep / "moved")
    watch.after(1)
    assert sorted(watch.take()) == ["a/b/moved/z.NEF.xmp", "a/b/x.NEF.xmp"]
    (watch.source / "a").rename(watch.source / "c")
    watch.work()
    edit(watch.source / "c" / "b" / "moved", "z.NEF.xmp", 8)
    watch.after(1)
    assert "c/b/moved/z.NEF.xmp" in watch.take()
    assert "wedding/.hidden" not in str(repositories(watch.library))


def test_lost_events_cause_a_new_scan(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    for number in range(queue // 2 + 1):
        (watch.source / f"{number}.txt").touch()
    edit(watch.source, "1.NEF.xmp", 500)
    watch.work()
    assert watch.take() == ["1.NEF.xmp"]
    edit(watch.source, "1.NEF.xmp", 501)
    watch.after(1)
    assert watch.take() == ["1.NEF.xmp"], "the watch continues"


@pytest.mark.parametrize("gone", ["wedding", "library"])
def test_folder_that_disappears_and_returns_is_scanned_again(watch: Watch, tmp_path: Path, gone: str) -> None:
    (tmp_path / gone).rename(tmp_path / "away")
    watch.after(6)
    assert len(watch.notices()) == 2
    assert watch.notices()[-1].endswith("; waiting")
    if gone == "library":
        edit(watch.source, "1.NEF.xmp", 500)
        (tmp_path / gone).mkdir()  # the mountpoint of its drive
    for _ in range(4):
        watch.after(6)
    assert len(watch.notices()) == 2, "reported once"
    if gone == "library":
        assert os.listdir(tmp_path / gone) == [], "nothing is written where the drive was"
        (tmp_path / gone).rmdir()
    else:
        edit(tmp_path / "away", "1.NEF.xmp", 500)
    (tmp_path / "away").rename(tmp_path / gone)
    watch.after(6)
    assert watch.take() == ["1.NEF.xmp"]
    edit(watch.source, "1.NEF.xmp", 501)
    watch.after(1)
    assert watch.take() == ["1.NEF.xmp"]
    assert watch.notices()[2:] == ["saving again", f"watching {watch.source}: 4 images"]


@pytest.mark.needs_root
def test_drive_in_the_shoot_is_scanned_whenever_it_is_plugged_in(watch: Watch) -> None:
    card = watch.source / "card"
    card.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "card", card], check=True)
    try:
        image(card, "c.NEF")
        edit(card, "c.NEF.xmp", 5)
        watch.after(6)
        assert watch.take() == ["card/c.NEF.xmp"]
        edit(card, "c.NEF.xmp", 6)
        watch.after(1)
        assert watch.take() == ["card/c.NEF.xmp"]
        before = repositories(watch.library)
    finally:
        subprocess.run(["umount", card], check=True)
    watch.after(6)
    assert (watch.take(), watch.problems()) == ([], [])
    assert repositories(watch.library) == before
    edit(watch.source, "1.NEF.xmp", 500)
    watch.after(1)
    assert watch.take() == ["1.NEF.xmp"], "the rest is watched on"


def test_replaced_folder_is_scanned(watch: Watch, tmp_path: Path) -> None:
    shutil.copytree(watch.source, tmp_path / "copy")
    edit(tmp_path / "copy", "1.NEF.xmp", 500)
    watch.source.rename(tmp_path / "old")
    (tmp_path / "copy").rename(watch.source)
    watch.after(6)
    assert watch.take() == ["1.NEF.xmp"]


def test_full_disk_loses_nothing_and_is_reported_once(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> int:
        ctypes.set_errno(errno.ENOSPC)
        return -1

    with monkeypatch.context() as patch:
        patch.setattr(filesystem, "_syncfs", fail)
        edit(watch.source, "1.NEF.xmp", 500)
        watch.after(1)
        edit(watch.source, "2.NEF.xmp", 600)
        edit(watch.source, "1.NEF.xmp", 501)
        for _ in range(5):
            watch.after(11)
        assert watch.take() == []
        (_, said) = watch.notices()
        assert "No space left on device" in said
    watch.after(11)
    watch.after(1)
    assert sorted(watch.take()) == ["1.NEF.xmp", "2.NEF.xmp"]
    assert watch.notices()[-1] == "saving again"
    assert states(watch) == exposures(1, 501)
    assert [found for found in fsck.check(repository(watch).root) if not found.is_harmless] == []


def test_damaged_repository_does_not_stop_the_others_and_is_retried(watch: Watch) -> None:
    lock = repository(watch).root / "lock"
    lock.unlink()
    lock.mkdir()
    edit(watch.source, "1.NEF.xmp", 500)
    edit(watch.source, "2.NEF.xmp", 600)
    watch.after(1)
    watch.after(61)
    assert watch.take() == ["2.NEF.xmp"]
    assert watch.problems() == ["1.NEF: not-saved"]
    lock.rmdir()
    watch.after(61)
    assert watch.take() == ["1.NEF.xmp"]


def test_bad_block_in_one_repository_does_not_stop_the_others(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(batch, "take", failing(errno.EIO, "1.NEF"))
        for number in range(3):
            edit(watch.source, f"{number}.NEF.xmp", 500 + number)
        watch.after(1.0)
        assert sorted(watch.take()) == ["0.NEF.xmp", "2.NEF.xmp"]
        watch.after(61.0)
        assert watch.problems() == ["1.NEF: not-saved"], "once"
    watch.after(61.0)
    assert watch.take() == ["1.NEF.xmp"]


def test_bad_block_of_another_file_on_the_disk_fails_no_capture(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """syncfs(2) reports it for the whole disk."""

    def fail(_: int) -> int:
        ctypes.set_errno(errno.EIO)
        return -1

    monkeypatch.setattr(filesystem, "_syncfs", fail)
    for number in range(3):
        edit(watch.source, f"{number}.NEF.xmp", 500 + number)
    watch.after(1.0)
    assert sorted(watch.take()) == ["0.NEF.xmp", "1.NEF.xmp", "2.NEF.xmp"]
    assert (watch.problems(), watch.notices()[1:]) == ([], [])
    assert states(watch) == exposures(1, 501)


def test_disk_that_saves_nothing_is_reported_once_for_each_image_and_tried_again(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = repositories(watch.library)

    def fail(_: int) -> int:
        ctypes.set_errno(errno.EIO)
        return -1

    def fail_alone(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(filesystem, "_syncfs", fail)
        patch.setattr(os, "fsync", fail_alone)
        for number in range(3):
            edit(watch.source, f"{number}.NEF.xmp", 500 + number)
        for _ in range(3):
            watch.after(61.0)
        assert watch.take() == []
    assert watch.problems() == ["0.NEF: not-saved", "1.NEF: not-saved", "2.NEF: not-saved"]
    assert repositories(watch.library) == before
    watch.after(61.0)
    assert sorted(watch.take()) == ["0.NEF.xmp", "1.NEF.xmp", "2.NEF.xmp"]
    assert [found for found in fsck.check(repository(watch).root) if not found.is_harmless] == []


def failing(error: int, name: str) -> Callable[..., Generator[None, None, Intake]]:
    """An intake that fails for one repository."""

    def take(repository: Repository, sidecars: Sequence[Sidecar], by: str) -> Generator[None, None, Intake]:
        if repository.root.name == name:
            raise OSError(error, os.strerror(error), str(repository.root))
        return (yield from intake.take(repository, sidecars, by))

    return take


def test_folders_beyond_the_watch_limit_are_scanned_each_minute(
    start: Callable[[], Watch], source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = Notifications.add

    def limited(self: Notifications, folder: tuple[str, ...]) -> None:
        if folder:
            raise LimitReached("max_user_watches")
        add(self, folder)

    monkeypatch.setattr(Notifications, "add", limited)
    watch = start()
    watch.take()
    assert "max_user_watches" in watch.notices()[0]
    edit(source / "more", "z.jpg.xmp", 5)
    edit(source, "1.NEF.xmp", 500)
    watch.after(1)
    assert watch.take() == ["1.NEF.xmp"]
    watch.after(60)
    assert watch.take() == ["more/z.jpg.xmp"]
    watch.after(60)
    assert len([text for text in watch.notices() if "max_user_watches" in text]) == 1


def test_edits_between_two_watches_are_taken(start: Callable[[], Watch], source: Path) -> None:
    watch = start()
    watch.end()
    edit(source, "1.NEF.xmp", 500)
    image(source, "new.NEF")
    edit(source, "new.NEF.xmp", 9)
    again = start()
    assert sorted(again.take()) == ["1.NEF.xmp", "new.NEF.xmp"]
    assert states(again) == exposures(1, 500)


def test_second_watch_of_the_same_shoot_is_refused(watch: Watch, start: Callable[[], Watch]) -> None:
    with pytest.raises(AlreadyWatched, match="stop it first"):
        start()
    watch.end()
    assert start().take() == []


def test_restored_sidecar_is_not_an_edit(watch: Watch) -> None:
    edit(watch.source, "1.NEF.xmp", 500)
    watch.after(1)
    watch.take()
    restore_to(repository(watch), saves(repository(watch))[0], watch.source / "1.NEF.xmp")
    before = states(watch)
    watch.after(1)
    edit(watch.source, "1.NEF.xmp", 1, timestamp=77)  # darktable reads and rewrites it
    watch.after(1)
    assert (watch.take(), states(watch)) == ([], before)


def test_imports_and_saves_meanwhile_are_not_taken_twice(watch: Watch) -> None:
    edit(watch.source, "1.NEF.xmp", 500)
    assert import_shoot(watch.source, watch.library).states == 1
    watch.after(1)
    assert watch.take() == []
    save_xmp(repository(watch), MAIN, sidecar(600))
    edit(watch.source, "1.NEF.xmp", 700)
    watch.after(1)
    assert watch.take() == ["1.NEF.xmp"]
    assert watch.problems() == ["1.NEF.xmp: edited-in-both"]
    assert states(watch) == exposures(1, 500, 600, 700)


def test_the_shoot_is_only_read(start: Callable[[], Watch], source: Path) -> None:
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in source.rglob("*")}
    watch = start()
    watch.after(60)
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in source.rglob("*")} == before
