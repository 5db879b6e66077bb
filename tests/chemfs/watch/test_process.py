"""chemfs watch as a process: its lines, its end, and what a killed one leaves."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chemigram_core.repository import Repository
from chemigram_core.sidecar import parse
from tests.support.builders import saves, sidecar
from tests.support.screen import wait_for
from tests.support.shoots import edit, image, shoot
from tests.support.watch import lines_until, start


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return shoot(tmp_path / "wedding")


@contextmanager
def watching(source: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A watch that has just been started; killed at the end, if it lives."""
    process = start(source, source.parent / "library", *options)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def states(source: Path) -> list[str]:
    return [str(state) for state in saves(Repository(source.parent / "library" / "wedding" / "1.NEF"))]


def digest(exposure: int) -> str:
    return parse(sidecar(exposure)).digest


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_each_capture_is_one_line_and_a_signal_ends_the_watch(source: Path, ending: signal.Signals) -> None:
    with watching(source) as process:
        first = lines_until("watching", process.stdout)
        assert f"1.NEF.xmp: branch main is at snapshot {digest(1)[:12]}" in first
        assert first[-1] == f"chemfs: watching {source}: 4 images"
        edit(source, "1.NEF.xmp", 500)
        assert lines_until("1.NEF.xmp", process.stdout) == [f"1.NEF.xmp: branch main is at snapshot {digest(500)[:12]}"]
        process.send_signal(ending)
        assert process.wait() == 0
        assert process.stdout is not None
        assert process.stdout.read() == ""


def test_json_lines_report_the_same(source: Path) -> None:
    (source / "2.NEF.xmp").write_bytes(b"<x")
    with watching(source, "--json") as process:
        found = [json.loads(line) for line in lines_until("broken-sidecar", process.stdout)]
    (captured,) = [each for each in found if each.get("sidecar") == str(source / "1.NEF.xmp")]
    assert (captured["ref"], captured["hash"]) == ("refs/heads/main", digest(1))
    assert Path(captured["repository"]).name == "1.NEF"
    assert [each["kind"] for each in found if "kind" in each] == ["broken-sidecar"]


def test_a_killed_watch_loses_nothing(source: Path) -> None:
    with watching(source) as process:
        lines_until("watching", process.stdout)
        edit(source, "1.NEF.xmp", 500)
        process.kill()
    edit(source, "1.NEF.xmp", 501)
    with watching(source) as process:
        lines_until("watching", process.stdout)
        edit(source, "1.NEF.xmp", 502)
        wait_for("the edit", lambda: states(source)[-1:] == [digest(502)])
    assert states(source) == [digest(1), digest(501), digest(502)]


def test_second_watch_is_refused_in_one_line(source: Path) -> None:
    with watching(source) as process:
        lines_until("watching", process.stdout)
        with watching(source) as second:
            assert second.wait() == 3
            assert second.stdout is not None
            (line,) = second.stdout.read().splitlines()
            assert line == f"chemfs: another process already watches '{source}'; stop it first"


@pytest.mark.needs_program("strace")
def test_reached_watch_limit_is_one_line_and_stops_nothing(source: Path) -> None:
    """As with a lower fs.inotify.max_user_watches: the kernel gives the root a watch, and no other folder."""
    for name in ("b", "c"):
        image(source / name, "y.NEF")
    fault = ["-e", "trace=inotify_add_watch", "-e", "inject=inotify_add_watch:error=ENOSPC:when=2+"]
    command = ["strace", "-f", "-qq", "-o", "/dev/null", *fault, sys.executable, "-m", "chemfs", "watch"]
    process = subprocess.Popen(
        [*command, source, source.parent / "library"],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        (said,) = [line for line in lines_until("watching", process.stdout) if "max_user_watches" in line]
        assert re.search(r"fs\.inotify\.max_user_watches of \d+ is reached; raise it with `sudo sysctl ", said)
        assert "until then everything is scanned once a minute" in said
        edit(source, "1.NEF.xmp", 500)
        assert lines_until("1.NEF.xmp", process.stdout) == [f"1.NEF.xmp: branch main is at snapshot {digest(500)[:12]}"]
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # strace, and the watch
        process.wait()


def test_folders_that_cannot_be_watched_are_refused_in_one_line(source: Path) -> None:
    with watching(source / "nosuch") as process:
        assert process.wait() == 3
        assert process.stdout is not None
        assert process.stdout.read().count("\n") == 1
