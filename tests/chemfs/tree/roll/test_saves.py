"""What is written in a roll: a save on the branch of the number, a new branch, or another program's file."""

from __future__ import annotations

import errno
import math
import os
import time
from pathlib import Path
from threading import Semaphore, Thread

import pytest

from chemfs.tree import background, library
from chemfs.tree.errors import NotFound, NotPermitted, OtherBranch, ReadOnly
from chemigram_core.errors import InvalidXmp, RefDamaged
from chemigram_core.log.branch_mark import BranchGone
from chemigram_core.names import BranchName
from chemigram_core.operations.refs import delete_branch, rename_branch
from chemigram_core.repository import MAIN, Repository
from chemigram_core.roll import pending
from chemigram_core.roll.save_number import TOOK_OVER, commit_pending
from chemigram_core.roll.version_name import version_name
from chemigram_core.roll_file import FILE_NAME, RollDamaged, read_numbers
from chemigram_core.sidecar import parse
from tests.support.builders import saves, sidecar
from tests.support.by_path import ByPath
from tests.support.saved import canonical, named, stored

WARM = BranchName("warm")
ROLL = "/shoot/roll"


def commit_due(view: ByPath, path: str, now: float = math.inf) -> bool:
    return view.repository(path).commit_due(now)


def test_a_save_is_the_next_state_of_the_branch(view: ByPath, a: Repository) -> None:
    view.write(f"{ROLL}/a.NEF.xmp", sidecar(11))
    view.write(f"{ROLL}/a_01.NEF.xmp", named(sidecar(12), "warm"))
    assert stored(a) == canonical(sidecar(11))
    assert stored(a, WARM) == canonical(sidecar(12)), "without the name that was put in"
    assert len(saves(a)) == 4
    assert view.read(f"{ROLL}/a.NEF.xmp") == stored(a)


def test_saving_the_shown_bytes_creates_no_snapshot(view: ByPath, a: Repository) -> None:
    for name in ("a.NEF.xmp", "a_01.NEF.xmp"):
        view.write(f"{ROLL}/{name}", view.read(f"{ROLL}/{name}"))
    assert len(saves(a)) == 2


def test_other_programs_read_the_state_until_the_file_is_closed(view: ByPath, a: Repository) -> None:
    before = view.read(f"{ROLL}/a_01.NEF.xmp")
    file = view.open(f"{ROLL}/a_01.NEF.xmp", os.O_WRONLY | os.O_TRUNC)
    file.write(named(sidecar(12), "warm"), 0)
    assert view.read(f"{ROLL}/a_01.NEF.xmp") == before
    file.flush()
    file.release()
    assert stored(a, WARM) == canonical(sidecar(12))


def test_a_file_that_is_not_valid_is_rejected(view: ByPath, a: Repository) -> None:
    with pytest.raises(InvalidXmp):
        view.write(f"{ROLL}/a_01.NEF.xmp", b"<x:xmpmeta")
    assert len(saves(a)) == 2
    assert len(a.rejected.all()) == 1
    assert version_name(parse(view.read(f"{ROLL}/a_01.NEF.xmp"))) == "warm"


def test_changed_version_name_becomes_a_label_and_is_shown(view: ByPath, a: Repository) -> None:
    view.write(f"{ROLL}/a_01.NEF.xmp", named(sidecar(2), "dusk"))
    assert len(saves(a)) == 2, "the edit is the same"
    assert a.history.label(a.tip(WARM)) == "dusk"
    assert version_name(parse(view.read(f"{ROLL}/a_01.NEF.xmp"))) == "dusk"
    view.write(f"{ROLL}/a_01.NEF.xmp", named(sidecar(12), "dusk"))
    assert a.history.label(a.tip(WARM)) is None
    assert version_name(parse(view.read(f"{ROLL}/a_01.NEF.xmp"))) == "dusk"
    assert stored(a, WARM) == canonical(sidecar(12))


def test_cleared_version_name_is_not_a_label_and_keeps_the_edit(view: ByPath, a: Repository) -> None:
    view.write(f"{ROLL}/a_01.NEF.xmp", sidecar(12))
    assert stored(a, WARM) == canonical(sidecar(12))
    assert a.history.label(a.tip(WARM)) is None
    assert version_name(parse(view.read(f"{ROLL}/a_01.NEF.xmp"))) == "warm"


def test_inherited_version_name_on_a_new_number_is_not_a_label(view: ByPath, a: Repository) -> None:
    """A duplicate that darktable makes has the name of its base, which nobody gave it."""
    view.write(f"{ROLL}/a.NEF.xmp", named(sidecar(1), "the best one"))
    view.write(f"{ROLL}/a_02.NEF.xmp", named(sidecar(1), "the best one"))
    new = BranchName("version-02")
    assert stored(a, new) == canonical(sidecar(1))
    assert a.history.label(a.tip(new)) is None
    assert version_name(parse(view.read(f"{ROLL}/a_02.NEF.xmp"))) == new


def test_saves_follow_a_renamed_branch(view: ByPath, a: Repository) -> None:
    file = view.open(f"{ROLL}/a_01.NEF.xmp", os.O_WRONLY | os.O_TRUNC)
    file.write(named(sidecar(12), "warm"), 0)
    rename_branch(a, WARM, BranchName("dusk"))
    file.flush()
    file.release()
    assert stored(a, BranchName("dusk")) == canonical(sidecar(12))
    assert a.refs.read(WARM) is None


@pytest.mark.parametrize("renamed", [False, True])
def test_open_file_of_a_deleted_branch_is_rejected_and_kept(view: ByPath, a: Repository, *, renamed: bool) -> None:
    file, dusk = view.open(f"{ROLL}/a_01.NEF.xmp", os.O_WRONLY | os.O_TRUNC), BranchName("dusk")
    file.write(named(sidecar(12), "warm"), 0)
    if renamed:
        rename_branch(a, WARM, dusk)
    delete_branch(a, dusk if renamed else WARM)
    with pytest.raises(BranchGone):
        file.flush()
    file.release()
    assert a.refs.branches() == [MAIN]
    (kept,) = a.rejected.all()
    assert (a.root / "rejected" / kept.file_name).read_bytes() == named(sidecar(12), "warm")
    assert "deleted meanwhile" in kept.reason


def test_file_made_after_its_branch_was_deleted_is_a_new_branch(view: ByPath, a: Repository) -> None:
    delete_branch(a, WARM)
    view.write(f"{ROLL}/a_01.NEF.xmp", named(sidecar(12), "warm"))
    assert stored(a, BranchName("version-01")) == canonical(sidecar(12))
    assert a.rejected.all() == []


def test_a_new_number_with_a_history_is_a_new_branch(view: ByPath, a: Repository) -> None:
    view.write(f"{ROLL}/a_02.NEF.xmp", sidecar(1))
    new = BranchName("version-02")
    assert stored(a, new) == canonical(sidecar(1))
    assert [entry.parent for entry in a.log.of_ref(new.ref)] == [None], "no history was lost"
    assert "a_02.NEF.xmp" in view.names(ROLL)
    assert version_name(parse(view.read(f"{ROLL}/a_02.NEF.xmp"))) == new
    view.write(f"{ROLL}/a_02.NEF.xmp", named(sidecar(5), new))
    assert len(saves(a)) == 4


def test_a_new_number_without_a_history_waits(view: ByPath, a: Repository) -> None:
    for timestamp in (1, 2, 3):
        view.write(f"{ROLL}/a_02.NEF.xmp", sidecar(entries=0, timestamp=timestamp))
    assert view.read(f"{ROLL}/a_02.NEF.xmp") == sidecar(entries=0, timestamp=3)
    assert pending.read(a.root, 2) == sidecar(entries=0, timestamp=3)
    assert a.refs.read(BranchName("version-02")) is None
    view.write(f"{ROLL}/a_02.NEF.xmp", sidecar(1))
    assert len(saves(a)) == 3, "exactly one for the duplicate"
    assert not pending.times_ns(a.root)


def test_pending_first_state_is_committed_when_due(view: ByPath, a: Repository) -> None:
    view.write(f"{ROLL}/a_02.NEF.xmp", sidecar(entries=0))
    assert commit_due(view, "/shoot/a.NEF", time.monotonic()), "it still waits"
    assert not commit_due(view, "/shoot/a.NEF")
    assert stored(a, BranchName("version-02")) == canonical(sidecar(entries=0))
    assert view.names(ROLL).count("a_02.NEF.xmp") == 1
    assert version_name(parse(view.read(f"{ROLL}/a_02.NEF.xmp"))) == "version-02"


def test_pending_first_state_is_committed_at_unmount_and_after_a_crash(shoot: Path, a: Repository) -> None:
    view = ByPath(shoot.parent)
    view.tree.start()
    view.write(f"{ROLL}/a_02.NEF.xmp", sidecar(entries=0))
    view.tree.stop()
    assert a.refs.read(BranchName("version-02")) is not None
    killed = ByPath(shoot.parent)
    killed.write(f"{ROLL}/a_03.NEF.xmp", sidecar(entries=0))
    next_mount = ByPath(shoot.parent).tree
    next_mount.start()
    deadline = time.monotonic() + 30
    while a.refs.read(BranchName("version-03")) is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    next_mount.stop()


@pytest.mark.parametrize("later", [sidecar(7), sidecar(entries=0, rating=4)], ids=["a history", "a rating"])
def test_save_while_a_first_state_is_committed_comes_after_it(
    view: ByPath, a: Repository, monkeypatch: pytest.MonkeyPatch, later: bytes
) -> None:
    view.write(f"{ROLL}/a_02.NEF.xmp", sidecar(entries=0))
    saver = Thread(target=lambda: view.write(f"{ROLL}/a_02.NEF.xmp", later))
    read = pending.read

    def read_and_let_the_other_save(root: Path, number: int) -> bytes:
        data = read(root, number)
        monkeypatch.setattr(pending, "read", read)
        saver.start()
        saver.join(0.5)  # as far as it gets
        return data

    monkeypatch.setattr(pending, "read", read_and_let_the_other_save)
    commit_due(view, "/shoot/a.NEF")
    saver.join()
    commit_due(view, "/shoot/a.NEF")
    assert parse(stored(a, BranchName("version-02"))).edit_digest == parse(later).edit_digest, "the last save"
    assert (pending.times_ns(a.root), a.rejected.all()) == ({}, [])


def test_first_state_left_by_a_crash_after_its_commit_is_not_a_refused_save(view: ByPath, a: Repository) -> None:
    view.write(f"{ROLL}/a_02.NEF.xmp", sidecar(entries=0))
    commit_due(view, "/shoot/a.NEF")
    pending.put(a.root, 2, sidecar(entries=0))
    commit_due(view, "/shoot/a.NEF")
    assert (pending.times_ns(a.root), a.rejected.all()) == ({}, [])
    assert len(saves(a)) == 3


def test_first_state_of_a_running_mount_goes_on_waiting_when_another_begins(
    shoot: Path, a: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, moment = ByPath(shoot.parent), time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: moment)
    monkeypatch.setattr(background, "_PAUSE_SECONDS", 0.0)
    running.write(f"{ROLL}/a_02.NEF.xmp", sidecar(entries=0))
    started = Semaphore(0)

    def commit(repository: Repository, before_ns: float) -> bool:
        waits = commit_pending(repository, before_ns)
        started.release()
        return waits

    monkeypatch.setattr(background, "commit_pending", commit)
    tree = ByPath(shoot.parent).tree
    tree.start()
    for _ in range(3):
        started.acquire()
    assert a.refs.read(BranchName("version-02")) is None
    moment += 6_000_000_000
    while a.refs.read(BranchName("version-02")) is None:
        started.acquire()
    tree.stop()


def test_the_first_sidecar_of_an_image_waits_too(view: ByPath, shoot: Path) -> None:
    c = Repository(shoot / "c.NEF")
    view.write(f"{ROLL}/c.NEF.xmp", sidecar(entries=0))
    assert saves(c) == []
    view.write(f"{ROLL}/c.NEF.xmp", sidecar(7))
    assert len(saves(c)) == 1
    assert stored(c) == canonical(sidecar(7))
    assert read_numbers(c.root)[0].branch == MAIN


@pytest.mark.parametrize("taken", [sidecar(1), sidecar(entries=0)], ids=["the base's history", "an empty one"])
def test_reused_number_becomes_a_branch_of_its_own(view: ByPath, a: Repository, taken: bytes) -> None:
    before = a.tip(WARM), view.read(f"{ROLL}/a_01.NEF.xmp")
    view.write(f"{ROLL}/a_01.NEF.xmp", taken)
    commit_due(view, "/shoot/a.NEF")
    new = BranchName("version-02")
    assert (a.tip(WARM), view.read(f"{ROLL}/a_01.NEF.xmp")) == before
    assert stored(a, new) == canonical(taken)
    assert read_numbers(a.root)[2].took_over == 1
    (first,) = a.log.of_ref(new.ref)
    assert first.metadata[TOOK_OVER] == 1
    view.write(f"{ROLL}/a_01.NEF.xmp", sidecar(50))
    assert stored(a, new) == canonical(sidecar(50)), "what darktable goes on writing there"
    assert a.tip(WARM) == before[0]
    view.write(f"{ROLL}/a_01.NEF.xmp", named(sidecar(51), "warm"))
    assert stored(a, WARM) == canonical(sidecar(51)), "darktable has two images on that one file"
    view.write(f"{ROLL}/a_01.NEF.xmp", sidecar(52))
    assert stored(a, new) == canonical(sidecar(52))
    view.write(f"{ROLL}/a_02.NEF.xmp", named(sidecar(53), new))
    assert read_numbers(a.root)[2].took_over is None, "it has imported the folder again"
    view.write(f"{ROLL}/a_01.NEF.xmp", sidecar(54))
    assert stored(a, WARM) == canonical(sidecar(54)), "a name that was cleared by hand"


def test_a_removed_sidecar_is_hidden_until_something_is_saved(view: ByPath, a: Repository) -> None:
    view.remove(f"{ROLL}/a_01.NEF.xmp")
    assert "a_01.NEF.xmp" not in view.names(ROLL)
    assert "a_01.NEF.xmp" not in ByPath(view.store).names(ROLL), "after the next mount, too"
    with pytest.raises(NotFound):
        view.read(f"{ROLL}/a_01.NEF.xmp")
    assert a.refs.read(WARM) is not None
    view.write(f"{ROLL}/a_01.NEF.xmp", named(sidecar(2), "warm"))
    assert "a_01.NEF.xmp" in view.names(ROLL)
    assert len(saves(a)) == 2


def test_images_cannot_be_changed_or_removed(view: ByPath) -> None:
    with pytest.raises(NotPermitted):
        view.remove(f"{ROLL}/a.NEF")
    with pytest.raises(NotPermitted):
        view.rename(f"{ROLL}/a.NEF", f"{ROLL}/x.NEF")
    with pytest.raises(ReadOnly):
        view.write(f"{ROLL}/a.NEF", b"")
    assert view.read(f"{ROLL}/a.NEF") == b"a.NEF"


def test_renaming_a_whole_file_over_a_sidecar_saves(view: ByPath, a: Repository) -> None:
    view.write(f"{ROLL}/.tmp", named(sidecar(12), "warm"))
    view.rename(f"{ROLL}/.tmp", f"{ROLL}/a_01.NEF.xmp")
    assert stored(a, WARM) == canonical(sidecar(12))
    assert ".tmp" not in view.names(ROLL)


def test_open_file_of_a_roll_that_was_forgotten_meanwhile_still_saves(
    shoot: Path, a: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "_ROLLS", 1)
    view = ByPath(shoot.parent)
    file = view.open(f"{ROLL}/.tmp", os.O_WRONLY | os.O_CREAT)
    data = named(sidecar(12), "warm")
    file.write(data[:100], 0)
    assert view.names("/roll") == []  # of another folder
    view.rename(f"{ROLL}/.tmp", f"{ROLL}/a_01.NEF.xmp")
    file.write(data[100:], 100)
    file.flush()
    file.release()
    assert stored(a, WARM) == canonical(sidecar(12))


def test_renaming_the_sidecar_away_and_rewriting_it_saves_once(view: ByPath, a: Repository) -> None:
    view.rename(f"{ROLL}/a.NEF.xmp", f"{ROLL}/a.NEF.xmp~")
    view.write(f"{ROLL}/a.NEF.xmp", sidecar(12))
    assert view.read(f"{ROLL}/a.NEF.xmp~") == canonical(sidecar(1))
    assert stored(a) == canonical(sidecar(12))
    assert len(saves(a)) == 3


def test_invalid_file_renamed_over_a_sidecar_is_rejected(view: ByPath, a: Repository) -> None:
    view.write(f"{ROLL}/.tmp", b"half")
    with pytest.raises(InvalidXmp):
        view.rename(f"{ROLL}/.tmp", f"{ROLL}/a_01.NEF.xmp")
    assert ".tmp" in view.names(ROLL)
    assert len(saves(a)) == 2


def test_other_files_live_beside_the_library_s_folder(view: ByPath, shoot: Path) -> None:
    view.make_folder(f"{ROLL}/darktable_exported")
    view.write(f"{ROLL}/darktable_exported/a.jpg", b"picture")
    view.write(f"{ROLL}/a_1.NEF.xmp", b"no number")
    assert (shoot / ".scratch" / "darktable_exported" / "a.jpg").read_bytes() == b"picture"
    assert {"darktable_exported", "a_1.NEF.xmp"} <= set(view.names(ROLL))
    view.remove(f"{ROLL}/a_1.NEF.xmp")
    with pytest.raises(OtherBranch):
        view.rename(f"{ROLL}/a.NEF.xmp", "/shoot/a.NEF/heads/main/image.xmp")


def test_other_files_of_a_mounted_repository_live_in_its_scratch(shoot: Path) -> None:
    view = ByPath(shoot / "a.NEF")
    view.write("/roll/notes.txt", b"text")
    assert (shoot / "a.NEF" / "scratch" / ".roll" / "notes.txt").read_bytes() == b"text"
    view.write("/roll/a.NEF.xmp", sidecar(12))
    assert len(saves(Repository(shoot / "a.NEF"))) == 3


def test_read_only_mount_rejects_all_writes(shoot: Path) -> None:
    view = ByPath(shoot.parent, read_only=True)
    for name in ("a.NEF.xmp", "a_07.NEF.xmp", "notes.txt"):
        with pytest.raises(ReadOnly):
            view.write(f"{ROLL}/{name}", sidecar(12))
    with pytest.raises(ReadOnly):
        view.remove(f"{ROLL}/a.NEF.xmp")


def test_first_state_is_not_acknowledged_if_the_store_fails(view: ByPath, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(pending, "put", full)
    with pytest.raises(OSError, match="No space"):
        view.write(f"{ROLL}/a_02.NEF.xmp", sidecar(entries=0))


def test_save_under_damaged_numbers_fails_and_goes_nowhere_else(view: ByPath, shoot: Path, a: Repository) -> None:
    (a.root / FILE_NAME).write_text("damaged")
    view.write(f"{ROLL}/other", sidecar(9))
    for name in ("a.NEF.xmp", "a_01.NEF.xmp", "a_07.NEF.xmp"):
        with pytest.raises(RollDamaged):
            view.write(f"{ROLL}/{name}", sidecar(9))
        with pytest.raises(RollDamaged):
            view.rename(f"{ROLL}/other", f"{ROLL}/{name}")
    assert not list((shoot / ".scratch").rglob("*.xmp"))


def test_unusable_pending_file_keeps_no_other_from_being_saved(shoot: Path, a: Repository) -> None:
    whole = sidecar(entries=0)
    for number, data in {5: b"no XMP", 6: b"\0", 9: whole}.items():
        pending.put(a.root, number, data)
    waiting = a.root.joinpath(*pending.FOLDER)
    for name in ("2147483648.xmp", "07.xmp", "\u0663.xmp"):
        (waiting / name).write_bytes(whole)
    os.mkfifo(waiting / "3.xmp")
    (waiting / "4.xmp").touch()
    os.truncate(waiting / "4.xmp", 3 << 30)
    view = ByPath(shoot.parent)
    assert not commit_due(view, "/shoot/a.NEF")
    assert a.refs.read(BranchName("version-09")) is not None
    rejected = [path for path in (a.root / "rejected").iterdir() if not path.name.endswith(".txt")]
    assert sorted(path.read_bytes() for path in rejected) == [b"\0", b"no XMP"]
    assert set(os.listdir(waiting)) == {"2147483648.xmp", "07.xmp", "\u0663.xmp", "3.xmp", "4.xmp"}


def test_damaged_tip_keeps_no_other_pending_file_from_being_saved(view: ByPath, a: Repository) -> None:
    number = next(number for number, given in read_numbers(a.root).items() if given.branch == WARM)
    for each in (number, number + 1):
        pending.put(a.root, each, sidecar(entries=0))
    (a.root / WARM.ref).write_text("damaged")
    with pytest.raises(RefDamaged):
        commit_due(view, "/shoot/a.NEF")
    assert a.refs.read(BranchName(f"version-{number + 1:02d}")) is not None
    assert pending.times_ns(a.root).keys() == {number}
