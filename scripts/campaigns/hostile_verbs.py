"""Every verb of the command line on a hostile repository, and on the library that it is in.

Each runs in a process of its own, on a terminal of its own, with what it may never do.
"""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from chemfs import exit_codes
from chemfs.cli.main import main
from chemigram_core.printable import INVISIBLE
from scripts.campaigns.outside import CANARY

MOST_SECONDS, MOST_BYTES = 10.0, 512 << 20
_ENDINGS = (0, exit_codes.PROBLEM_FOUND, exit_codes.REFUSED, exit_codes.STORE_FAILED)
_OWN = re.compile(r"\x1b\[(?:[0-9;]*m|\?25[hl]|2K|1A)|\r")  # colours and progress bars
_CONTROLS = re.compile(f"(?!\n)[{INVISIBLE}]")
_POLL_SECONDS = 0.1
_WATCHES = re.compile(rb"watching|waiting|trying again")  # what a watch prints after its first scan

_LOOKS = (
    ("status",), ("status", "--json"), ("log",), ("log", "--json"), ("log", "--branch", "main"), ("log", "-n", "1"),
    ("branch",),
    ("branch", "--json"), ("tag",), ("show", "HEAD"), ("show", "main", "--json"), ("show", "warm"), ("show", "v1"),
    ("masks",),
    ("masks", "--json"), ("diff", "v1", "main"), ("diff", "main", "warm", "--json"),
    ("diff", "v1", "warm", "--markdown"),
    ("gc", "--dry-run"), ("fsck",), ("fsck", "--json"),
)  # fmt: skip
_LIBRARY_LOOKS = (
    ("status",), ("status", "--json"), ("log",), ("log", "--json"), ("tag",), ("fsck",), ("gc", "--dry-run"),
)  # fmt: skip
_LIBRARY_CHANGES = (
    ("tag", "v3"), ("tag", "v4", "warm", "--only", "a*"), ("fsck", "--repair"), ("gc", "--keep-days", "0"),
)  # fmt: skip
_CHANGES = (
    ("checkout", "warm"), ("checkout", "v1"), ("branch", "new", "main"), ("branch", "warm", "--rename", "cold"),
    ("branch", "night/blue", "--delete"), ("tag", "v2"), ("checkout", "main"), ("gc", "--keep-days", "0"),
    ("fsck", "--repair"), ("fsck",), ("gc", "--keep-days", "0", "--unlogged"), ("tag", "v1", "--delete"),
)  # fmt: skip


@dataclass(frozen=True)
class Ran:
    """A command, and how it ended."""

    words: tuple[str, ...]
    code: int
    output: bytes
    seconds: float
    size_bytes: int

    def broken(self) -> Iterator[str]:
        """The promises that it broke."""
        if self.code not in _ENDINGS:
            yield f"ended with {self.code}: {self.output[-200:]!r}"
        if CANARY in self.output:
            yield "read out what is outside"
        if b"Traceback" in self.output or b"internal error" in self.output:
            yield f"a traceback: {self.output[-300:]!r}"
        if found := _CONTROLS.search(_OWN.sub("", self.output.decode("utf-8", "replace"))):
            yield f"controls the terminal: {found[0]!r}"
        if self.size_bytes > MOST_BYTES:
            yield f"took {self.size_bytes >> 20} MiB"
        if self.seconds > MOST_SECONDS:
            yield f"took {self.seconds:.1f} s"


def looks(root: Path, scratch: Path) -> Iterator[Ran]:
    """The verbs that only read; what `export` writes goes to a new folder in `scratch`."""
    for verb, *rest in _LOOKS:
        yield ran((verb, str(root), *rest), scratch)
    for rev in ("HEAD", "v1", "warm"):
        yield ran(("export", str(root), rev, str(scratch / f"export-{rev}")), scratch)
    for verb, *rest in _LIBRARY_LOOKS:
        yield ran((verb, str(root.parents[1]), *rest), scratch)


def changes(root: Path, scratch: Path, shoot: Path, inputs: tuple[Path, Path], trust: Sequence[str]) -> Iterator[Ran]:
    """The verbs that write, repairs among them, each with the options `trust`; `inputs` are a sidecar and a mask."""
    sidecar, mask = inputs
    yield ran(("snapshot", str(root), str(sidecar), "--mask", f"sky={mask}", "--label", "again", *trust), scratch)
    yield ran(("init", str(root), *trust), scratch)
    yield from shoot_changes(shoot, root.parents[1], scratch, trust)
    yield ran(("restore", str(root), "v1", *trust), scratch)
    yield ran(("restore", str(root), "v1", "--to", str(shoot / "a.tif.xmp"), *trust), scratch)
    yield ran(("relink", str(root), str(scratch / "nothing.NEF"), *trust), scratch)
    yield ran(("relink", str(root.parents[1]), str(shoot.parent), *trust), scratch)
    for verb, *rest in _CHANGES:
        yield ran((verb, str(root), *rest, *trust), scratch)
    for verb, *rest in _LIBRARY_CHANGES:
        yield ran((verb, str(root.parents[1]), *rest, *trust), scratch)


def shoot_changes(shoot: Path, library: Path, scratch: Path, trust: Sequence[str]) -> Iterator[Ran]:
    """The commands that take the edits of a folder of photographs; the watch ends after its first scan."""
    for options in (("--dry-run",), ()):
        yield ran(("import", str(shoot), str(library), *options, *trust), scratch)
    yield ran(("watch", str(shoot), str(library), *trust), scratch)


def ran(words: Sequence[str], scratch: Path) -> Ran:
    """Run a command in a child on a terminal of its own, and end it when it takes too long."""
    began = time.monotonic()
    sys.stdout.flush()
    child, terminal = pty.fork()
    if not child:
        _run(words, scratch)
    output = _shown(child, terminal, began + 2 * MOST_SECONDS)
    _, status, usage = os.wait4(child, 0)
    seconds = time.monotonic() - began
    return Ran(tuple(words), os.waitstatus_to_exitcode(status), output, seconds, usage.ru_maxrss * 1024)


def _shown(child: int, terminal: int, deadline: float) -> bytes:
    """The output of a child on its terminal until it exits; a watch is stopped once it has begun."""
    output, has_begun = b"", False
    with os.fdopen(terminal, "rb", buffering=0) as file:
        while True:
            if select.select([file], [], [], _POLL_SECONDS)[0]:
                try:
                    output += file.read(1 << 16)
                except OSError:  # the last holder of the terminal has closed it
                    return output
            if not has_begun and _WATCHES.search(output):
                has_begun = True
                os.kill(child, signal.SIGTERM)
            if time.monotonic() > deadline:
                os.kill(child, signal.SIGKILL)


def _run(words: Sequence[str], scratch: Path) -> None:
    code = 99
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.chdir(scratch)
        sys.stdout, sys.stderr = (os.fdopen(number, "w", closefd=False) for number in (1, 2))
        code = main(words)
    except SystemExit as ended:
        code = 98 if ended.code is None else int(ended.code)
    finally:
        sys.stdout.flush()
        os._exit(code)
