"""What the kernel reports of real folders."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from inotify_simple import INotify

from chemfs.watch.notifications import Change, Closed, LimitReached, Lost, NewFolder, Notifications, Written

QUEUED = Path("/proc/sys/fs/inotify/max_queued_events")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root" / "in").mkdir(parents=True)
    return tmp_path / "root"


@pytest.fixture
def notifications(root: Path) -> Iterator[Notifications]:
    notifications = Notifications(root)
    notifications.add(())
    notifications.add(("in",))
    yield notifications
    notifications.close()


def kinds(changes: Iterator[Change]) -> list[Change]:
    """The changes, without those that follow an equal one."""
    found: list[Change] = []
    for change in changes:
        if found[-1:] != [change]:
            found.append(change)
    return found


def test_a_file_written_in_place(root: Path, notifications: Notifications) -> None:
    (root / "in" / "a.xmp").write_text("whole")
    assert kinds(notifications.changes()) == [Written(("in",), "a.xmp"), Closed(("in",), "a.xmp")]


def test_a_file_that_stays_open_is_not_closed(root: Path, notifications: Notifications) -> None:
    with (root / "a.xmp").open("w") as file:
        file.write("half")
        file.flush()
        assert kinds(notifications.changes()) == [Written((), "a.xmp")]
    assert kinds(notifications.changes()) == [Closed((), "a.xmp")]


def test_a_file_renamed_over_another(root: Path, notifications: Notifications) -> None:
    (root / "new").write_text("whole")
    list(notifications.changes())
    (root / "new").rename(root / "a.xmp")
    assert kinds(notifications.changes()) == [Closed((), "a.xmp")]


def test_a_link_is_a_new_file(root: Path, notifications: Notifications, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("whole")
    os.link(tmp_path / "a", root / "a.xmp")
    assert kinds(notifications.changes()) == [Written((), "a.xmp")]


def test_reads_and_removals_are_not_changes(root: Path, notifications: Notifications, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (root / name).write_text("whole")
    list(notifications.changes())
    (root / "a").read_text()
    (root / "a").rename(tmp_path / "trash")
    (root / "b").unlink()
    shutil.rmtree(root / "in")
    assert kinds(notifications.changes()) == []


def test_new_and_renamed_folders_are_reported(root: Path, notifications: Notifications) -> None:
    (root / "in").rename(root / "out")
    (root / "out" / "a.xmp").write_text("whole")
    assert kinds(notifications.changes()) == [NewFolder(("out",))], "its old watch is gone"
    notifications.add(("out",))
    (root / "out" / "deep").mkdir()
    (root / "out" / "a.xmp").write_text("again")
    changes = kinds(notifications.changes())
    assert changes == [NewFolder(("out", "deep")), Written(("out",), "a.xmp"), Closed(("out",), "a.xmp")]


def test_a_folder_that_is_gone_is_skipped(root: Path, notifications: Notifications) -> None:
    (root / "link").symlink_to("in")
    (root / "file").write_text("")
    list(notifications.changes())
    for name in ("gone", "link", "file"):
        notifications.add((name,))
    (root / "in" / "a.xmp").write_text("whole")
    assert {change.folder for change in notifications.changes() if not isinstance(change, Lost)} == {("in",)}


def test_a_renamed_root_is_lost(root: Path, notifications: Notifications) -> None:
    root.rename(root.with_name("elsewhere"))
    assert Lost() in notifications.changes()


def test_a_removed_root_is_lost(root: Path, notifications: Notifications) -> None:
    shutil.rmtree(root)
    assert Lost() in notifications.changes()


def test_events_that_did_not_fit_are_lost(root: Path, notifications: Notifications) -> None:
    for number in range(int(QUEUED.read_text()) // 2 + 1):
        (root / str(number)).touch()
    assert Lost() in notifications.changes()


@pytest.mark.parametrize(
    ("method", "number", "limit"),
    [("add_watch", errno.ENOSPC, "max_user_watches"), ("__init__", errno.EMFILE, "max_user_instances")],
)
def test_reached_limit_is_reported_with_how_to_raise_it(
    root: Path, monkeypatch: pytest.MonkeyPatch, method: str, number: int, limit: str
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(INotify, method, refuse)
    with pytest.raises(LimitReached, match=rf"limit fs.inotify.{limit} of \d+ is reached; .*sudo sysctl .*{limit}=\d+"):
        Notifications(root).add(())
