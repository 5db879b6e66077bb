"""An error is one line that says what happened and what to do, and an exit code: never a traceback."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chemfs.verbs.answer import Chemfs


@pytest.mark.parametrize(
    "arguments",
    [[], ["nosuch"], ["log"], ["log", "r", "-n", "x"], ["log", "r", "-n", "-1"], ["snapshot", "r", "x", "--mask", "y"]],
)
def test_wrong_usage(chemfs: Chemfs, arguments: list[str]) -> None:
    answer = chemfs(*arguments)
    assert answer.code == 2
    assert len(answer.error.splitlines()) == 1
    assert "; see `chemfs" in answer.error
    assert answer.error.endswith(" --help`\n")


@pytest.mark.parametrize("count", ["x", "-1", "1.5", "9" * 20, "9" * 5000])
@pytest.mark.parametrize("verb", ["log -n", "gc --keep-days"])
def test_a_wrong_number_is_refused_with_the_range(chemfs: Chemfs, repository: str, verb: str, count: str) -> None:
    name, option = verb.split()
    answer = chemfs(name, repository, f"{option}={count}" if option.startswith("--") else f"{option}{count}")
    assert answer.code == 2
    assert "not a number from 0 to " in answer.error


@pytest.mark.parametrize("size", ["0", "15", "8193", "99999"])
def test_a_size_out_of_bounds_is_refused_with_the_same_range(chemfs: Chemfs, repository: str, size: str) -> None:
    answer = chemfs("render", repository, "--size", size)
    assert answer.code == 2
    assert f"not a number from 16 to 8192: '{size}'" in answer.error


@pytest.mark.parametrize("place", ["file", "file/below", "file/far/below", "loop"])
@pytest.mark.parametrize("verb", ["init {}", "export sunset HEAD {}", "canonicalize rating1.xmp --into {}"])
def test_file_in_place_of_an_output_folder_is_refused(chemfs: Chemfs, repository: str, verb: str, place: str) -> None:
    Path("file").touch()
    Path("loop").symlink_to("loop")
    answer = chemfs(*verb.format(place).split())
    name = place.partition("/")[0]
    assert (answer.code, answer.error) == (3, f"chemfs: not a folder: '{name}'; choose another destination\n")


@pytest.mark.parametrize(
    "verb",
    ["init,", "log,", "fsck,", "mount,,m", "mount,r,", "snapshot,r,", "hash,", "export,r,HEAD,", "diff,,HEAD,HEAD"],
)
def test_empty_path_is_refused(chemfs: Chemfs, verb: str) -> None:
    """`chemfs gc "$REPO"` must not mean the current folder."""
    before = set(Path().iterdir())
    answer = chemfs(*verb.split(","))
    assert (answer.code, "must not be empty" in answer.error) == (2, True)
    assert set(Path().iterdir()) == before


def test_no_repository(chemfs: Chemfs) -> None:
    Path("file").touch()
    Path("photos").mkdir()
    for name, lack in (
        ("nosuch", "not an accessible folder"),
        ("file", "not an accessible folder"),
        ("photos", "objects/ is missing"),
    ):
        answer = chemfs("log", name)
        assert answer.code == 3
        assert lack in answer.error
        assert "create one with `chemfs init`" in answer.error


def test_an_unreadable_input(chemfs: Chemfs, repository: str) -> None:
    answer = chemfs("snapshot", repository, "nosuch.xmp")
    assert (answer.code, answer.error) == (3, "chemfs: can't read 'nosuch.xmp': No such file or directory\n")


@pytest.mark.parametrize("command", ["hash {}", "snapshot sunset {}", "snapshot sunset rating1.xmp --mask sky={}"])
def test_oversized_input_is_refused_without_reading_it(chemfs: Chemfs, repository: str, command: str) -> None:
    with Path("huge").open("wb") as file:
        file.truncate(1 << 40)
    answer = chemfs(*command.format("huge").split())
    assert answer.code == 3
    assert " bytes\n" in answer.error


def test_a_damaged_store(chemfs: Chemfs, repository: str) -> None:
    Path(repository, "refs/heads/main").write_text("rubbish\n")
    answer = chemfs("show", repository, "HEAD")
    assert answer.code == 4
    assert "refs/heads/main" in answer.error


def test_store_that_cannot_be_written(chemfs: Chemfs, repository: str) -> None:
    Path(repository, "log.jsonl").unlink()
    Path(repository, "log.jsonl").mkdir()
    answer = chemfs("snapshot", repository, "rating1.xmp")
    assert answer.code == 4
    assert "log.jsonl" in answer.error


def test_missing_permission_is_reported_with_advice(chemfs: Chemfs, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "38")

    monkeypatch.setattr("chemigram_core.repository.Repository.init", forbidden)
    answer = chemfs("init", "sunset")
    assert answer.code == 4
    assert answer.error.startswith("chemfs: 38: Permission denied; run it as the owner, ")


def test_internal_error_is_one_line(chemfs: Chemfs, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("oops")

    monkeypatch.setattr("chemigram_core.repository.Repository.init", broken)
    answer = chemfs("init", "sunset")
    assert answer.code == 4
    assert answer.error.startswith("chemfs: internal error: KeyError('oops') at test_errors.py:")
    assert answer.error.endswith("; please report it\n")


def test_closed_pipe_is_not_an_error(repository: str) -> None:
    """`chemfs log | head`: no complaint."""
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "chemfs", "log", repository]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(("verb", "code"), [("log", 0), ("show", 2), ("hash", 3)])
def test_closed_standard_streams_do_not_change_the_exit_code(repository: str, verb: str, code: int) -> None:
    """As a careless service does (`>&- 2>&- <&-`): the work is done, and the exit code reports the result."""
    command = f'exec "{sys.executable}" -m chemfs {verb} {repository} <&- >&- 2>&-'
    assert subprocess.run(["sh", "-c", command], check=False).returncode == code


def test_unwritable_stderr_does_not_change_the_exit_code(repository: str) -> None:
    command = [sys.executable, "-m", "chemfs", "show", repository, "nosuch"]
    with Path("/dev/full").open("w") as full:
        assert subprocess.run(command, stderr=full, check=False).returncode == 3


def test_unwritable_stdout_is_a_failure(repository: str) -> None:
    command = [sys.executable, "-m", "chemfs", "log", repository]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (4, f"chemfs: {os.strerror(errno.ENOSPC)}\n")
