"""Running a case's program in a folder, at a terminal when it wants one. Knows no mount."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.mounted.programs.case import Case
from tests.mounted.programs.contents import NEW

LIMIT_S = 60
AT_REST_S = 0.15


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended: its exit status as the shell tells it, and all that it wrote."""

    status: int
    output: str


def bring(case: Case, elsewhere: Path) -> None:
    """Put into the folder `elsewhere` what the case's words stand for."""
    new = elsewhere / "new"
    for name, data in NEW.items():
        (new / name).parent.mkdir(parents=True, exist_ok=True)
        (new / name).write_bytes(data)
        os.utime(new / name, (0, 0))  # another time than the old one's: rsync takes equal size and time for no change
    (elsewhere / "bad").write_bytes(NEW[case.file][: len(NEW[case.file]) // 2])


def prepare(case: Case, branch: Path, elsewhere: Path) -> None:
    if case.prepare:
        words = _words(case, elsewhere)
        subprocess.run(["sh", "-euc", case.prepare], cwd=branch, env=words, check=True, timeout=LIMIT_S)


def run(case: Case, branch: Path, elsewhere: Path) -> Ended:
    """Run the case's command in the folder `branch`. Raises TimeoutError."""
    terminal, shell_side = pty.openpty()
    at_terminal = ["setsid", "--ctty", "--wait"] if case.keys else []
    try:
        process = subprocess.Popen(
            [*at_terminal, "sh", "-c", case.command],
            cwd=branch,
            env=_words(case, elsewhere),
            stdin=shell_side if case.keys else subprocess.DEVNULL,
            stdout=shell_side,
            stderr=shell_side,
            start_new_session=True,
        )
        os.close(shell_side)
        return _attend(process, terminal, list(case.keys))
    finally:
        os.close(terminal)


def _attend(process: subprocess.Popen[bytes], terminal: int, keys: list[str]) -> Ended:
    """Type the keys, and read what the program shows until it has ended."""
    shown = b""
    until = time.monotonic() + LIMIT_S
    while time.monotonic() < until:
        if select.select([terminal], [], [], AT_REST_S)[0]:
            try:
                shown += os.read(terminal, 65536)
            except OSError:  # the last one who had it open has closed it
                return Ended(process.wait(LIMIT_S), shown.decode(errors="replace"))
        elif shown and keys:
            os.write(terminal, keys.pop(0).encode())
        elif (status := process.poll()) is not None:
            return Ended(status, shown.decode(errors="replace"))
    os.killpg(process.pid, signal.SIGKILL)
    raise TimeoutError(f"still running after {LIMIT_S} s, and had written: {shown.decode(errors='replace')}")


def _words(case: Case, elsewhere: Path) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",  # the system's own programs, not what a developer has put in front
        "HOME": str(elsewhere),
        "TMPDIR": str(elsewhere),
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm",
        "F": case.file,
        "NEW": str(elsewhere / "new" / case.file),
        "BAD": str(elsewhere / "bad"),
        "OUT": str(elsewhere),
    }
