"""Every verb of the command line on a hostile repository, each in a process of its own, with what it may never do."""

from __future__ import annotations

import os
import re
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
_CONTROLS = re.compile(f"(?!\n)[{INVISIBLE}]")
_POLL_SECONDS = 0.004

_LOOKS = (
    ("status",), ("status", "--json"), ("log",), ("log", "--json"), ("log", "--branch", "main"), ("log", "-n", "1"),
    ("branch",),
    ("branch", "--json"), ("tag",), ("show", "HEAD"), ("show", "main", "--json"), ("show", "warm"), ("show", "v1"),
    ("masks",),
    ("masks", "--json"), ("diff", "v1", "main"), ("diff", "main", "warm", "--json"),
    ("diff", "v1", "warm", "--markdown"),
    ("gc", "--dry-run"), ("fsck",), ("fsck", "--json"),
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
        if found := _CONTROLS.search(self.output.decode("utf-8", "replace")):
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


def changes(root: Path, scratch: Path, shoot: Path, inputs: tuple[Path, Path], trust: Sequence[str]) -> Iterator[Ran]:
    """The verbs that write, repairs among them, each with the options `trust`; `inputs` are a sidecar and a mask."""
    sidecar, mask = inputs
    yield ran(("snapshot", str(root), str(sidecar), "--mask", f"sky={mask}", "--label", "again", *trust), scratch)
    yield ran(("init", str(root), *trust), scratch)
    yield ran(("import", str(shoot), str(root.parents[1]), *trust), scratch)
    yield ran(("restore", str(root), "v1", *trust), scratch)
    yield ran(("relink", str(root), str(scratch / "nothing.NEF"), *trust), scratch)
    for verb, *rest in _CHANGES:
        yield ran((verb, str(root), *rest, *trust), scratch)


def ran(words: Sequence[str], scratch: Path) -> Ran:
    """Run a command in a child, and end it when it takes too long."""
    output, began = scratch / "output", time.monotonic()
    sys.stdout.flush()
    child = os.fork()
    if not child:
        _run(words, output)
    status, usage = _ended(child, began + 2 * MOST_SECONDS)
    seconds = time.monotonic() - began
    code = os.waitstatus_to_exitcode(status)
    return Ran(tuple(words), code, output.read_bytes(), seconds, usage.ru_maxrss * 1024)


def _ended(child: int, deadline: float) -> tuple[int, os.struct_rusage]:  # type: ignore[name-defined]
    while True:
        found, status, usage = os.wait4(child, os.WNOHANG)
        if found:
            return status, usage
        if time.monotonic() > deadline:
            os.kill(child, 9)
        time.sleep(_POLL_SECONDS)


def _run(words: Sequence[str], output: Path) -> None:
    code = 99
    try:
        target = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream in (1, 2):
            os.dup2(target, stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        code = main(words)
    except SystemExit as ended:
        code = 98 if ended.code is None else int(ended.code)
    finally:
        sys.stdout.flush()
        os._exit(code)
