"""A command that waits for another program's change says so, and Ctrl-C ends it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chemfs import exit_codes
from chemigram_core.durable.lock import locked


@pytest.mark.parametrize("verb", [("tag", "v2"), ("snapshot", "rating1.xmp"), ("gc",), ("checkout", "v1_export")])
def test_a_command_that_waits_says_so_and_can_be_interrupted(repository: str, verb: tuple[str, ...]) -> None:
    name, *rest = verb
    command = [sys.executable, "-m", "chemfs", name, repository, *rest]
    with locked(Path(repository)), subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        assert process.stderr.readline() == (
            "chemfs: waiting for another program to finish its change to sunset; press Ctrl-C to stop waiting\n"
        )
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == "chemfs: interrupted\n"
    assert process.returncode == exit_codes.INTERRUPTED


def test_command_that_need_not_wait_prints_nothing(repository: str) -> None:
    command = [sys.executable, "-m", "chemfs", "tag", repository, "v2"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
