"""Text of a repository that somebody prepared reaches no terminal unescaped, whatever verb prints it."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from chemigram_core.log.entry import LogEntry
from chemigram_core.printable import INVISIBLE
from chemigram_core.repository import MAIN, Repository
from tests.chemfs.verbs.answer import Chemfs

HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31m\x85\x7f\u202egnp\u2066\u2028\u200f\ufeff\ufdd0"
SHOWN = r"\x1b]0;owned\x07\x1b[2J\x9b31m\x85\x7f\u202egnp\u2066\u2028\u200f\ufeff\ufdd0"
VERBS = [
    ("log",), ("log", "--json"), ("show", "main"), ("show", "main", "--json"), ("status",), ("status", "--json"),
    ("masks",), ("masks", "--json"), ("branch",), ("tag",), ("fsck",), ("fsck", "--json"), ("gc",), ("show", HOSTILE),
    ("log", "--branch", HOSTILE), ("tag", HOSTILE), ("diff", "v1_export", HOSTILE), ("export", HOSTILE, "out"),
    ("diff", "v1_export", "main"), ("diff", "v1_export", "main", "--json"), ("diff", "v1_export", "main", "--markdown"),
]  # fmt: skip


@pytest.fixture
def prepared(chemfs: Chemfs, repository: str, mask: Path) -> str:
    """A repository with hostile text wherever it keeps text that no rule restricts."""
    xmp = Path("hostile.xmp")
    text = HOSTILE.translate({0x1B: None, 0x07: None, 0xFDD0: None})  # which XML can't have
    xmp.write_text(Path("rating1.xmp").read_text().replace("xmp:Rating", f'xmp:Label="{text}" xmp:Rating'))
    info = json.dumps({"provider": HOSTILE, "prompt": HOSTILE})
    answer = chemfs("snapshot", repository, xmp, f"--mask=sky={mask}", "--mask-info", f"sky={info}", "--label", HOSTILE)
    assert answer.code == 0
    opened = Repository(Path(repository))
    opened.rejected.keep(b"x", f"heads/main/{HOSTILE}", HOSTILE)
    tip = opened.tip(MAIN)
    for ref in (f"refs/heads/{HOSTILE}", MAIN.ref):
        metadata = {HOSTILE: {HOSTILE: HOSTILE}, "history_loss": HOSTILE}
        opened.log.append(LogEntry("snapshot", tip, ref, None, HOSTILE, metadata, timestamp=HOSTILE))
        opened.log.append(LogEntry(HOSTILE, tip, ref, metadata=metadata, timestamp=HOSTILE))
    return repository


def on_a_terminal(*arguments: str) -> str:
    """What a command prints there, without colours."""
    inside, outside = pty.openpty()
    surroundings = {**os.environ, "TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "400"}
    command = [sys.executable, "-m", "chemfs", *arguments]
    with subprocess.Popen(command, stdin=outside, stdout=outside, stderr=outside, env=surroundings) as process:
        os.close(outside)
        printed = _all_of(inside)
    os.close(inside)
    assert process.returncode in (0, 1, 3), printed
    return printed.decode().replace("\r\n", "\n")


def _all_of(terminal: int) -> bytes:
    printed = b""
    while True:
        try:
            printed += os.read(terminal, 1 << 16)
        except OSError:  # the other end is closed
            return printed


def hostile_in(text: str) -> set[str]:
    return set(re.findall(f"(?!\\n)[{INVISIBLE}]", text))


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: " ".join(verb).replace(HOSTILE, "HOSTILE"))
def test_nothing_hostile_is_printed(prepared: str, chemfs: Chemfs, verb: tuple[str, ...]) -> None:
    name, *rest = verb
    answer = chemfs(name, prepared, *rest)
    assert "internal error" not in answer.error
    assert hostile_in(answer.out + answer.error) == set()
    assert hostile_in(on_a_terminal(name, prepared, *rest)) == set()
    if "--json" in verb:
        json.loads(answer.out)


def test_json_keeps_the_text_unchanged(prepared: str, chemfs: Chemfs) -> None:
    newest, *_ = json.loads(chemfs("log", prepared, "--json").out)
    assert (newest["op"], newest["timestamp"]) == (HOSTILE, HOSTILE)


def test_escaped_text_is_shown(prepared: str, chemfs: Chemfs) -> None:
    assert SHOWN in chemfs("log", prepared).out
    assert SHOWN in chemfs("masks", prepared).out


def test_canonical_form_is_escaped_only_on_a_terminal(prepared: str) -> None:
    assert prepared
    assert r"\x9b31m" in on_a_terminal("canonicalize", "hostile.xmp")
    command = [sys.executable, "-m", "chemfs", "canonicalize", "hostile.xmp"]
    assert "\x9b31m" in subprocess.run(command, capture_output=True, check=True).stdout.decode()
