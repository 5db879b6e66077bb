"""canonicalize, hash."""

from __future__ import annotations

import hashlib
import io
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chemfs.verbs.answer import Chemfs

Sidecar = Callable[[int], Path]


def test_hash_is_the_sha256_of_the_canonical_form(chemfs: Chemfs, sidecar: Sidecar) -> None:
    canonical = chemfs("canonicalize", sidecar(1)).out
    assert hashlib.sha256(canonical.encode()).hexdigest() == chemfs("hash", sidecar(1)).out.strip()


def test_canonical_form_is_stable(chemfs: Chemfs, sidecar: Sidecar) -> None:
    Path("canonical.xmp").write_text(chemfs("canonicalize", sidecar(1)).out)
    assert chemfs("canonicalize", "canonical.xmp").out == Path("canonical.xmp").read_text()


def test_a_dash_is_stdin(chemfs: Chemfs, sidecar: Sidecar, monkeypatch: pytest.MonkeyPatch) -> None:
    named = chemfs("hash", sidecar(1)).out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(sidecar(1).read_bytes())))
    assert chemfs("hash", "-").out == named


def test_many_files_are_hashed_like_sha256sum_does(chemfs: Chemfs, sidecar: Sidecar) -> None:
    one, two = sidecar(1), sidecar(2)
    lines = chemfs("hash", one, two).out.splitlines()
    assert lines == [f"{chemfs('hash', path).out.strip()}  {path}" for path in (one, two)]


def test_hashes_are_not_wrapped_on_a_narrow_terminal(sidecar: Sidecar) -> None:
    one, two = sidecar(1), sidecar(2)
    terminal, inside = pty.openpty()
    command = [sys.executable, "-m", "chemfs", "hash", one.name, two.name]
    surroundings = {**os.environ, "COLUMNS": "40"}
    subprocess.run(command, stdout=inside, stderr=inside, cwd=one.parent, env=surroundings, check=True)
    lines = os.read(terminal, 1000).decode().splitlines()
    os.close(inside)
    os.close(terminal)
    assert [line.partition("  ")[2] for line in lines] == [one.name, two.name]


def test_a_broken_file_does_not_stop_the_others(chemfs: Chemfs, sidecar: Sidecar) -> None:
    Path("broken.xmp").write_text("<x:xmpmeta")
    answer = chemfs("hash", "broken.xmp", "nosuch.xmp", sidecar(1))
    assert answer.code == 3
    assert len(answer.out.splitlines()) == 1
    broken, missing = answer.error.splitlines()
    assert broken.startswith("chemfs: broken.xmp: not a usable XMP: line 1")
    assert missing == "chemfs: can't read 'nosuch.xmp': No such file or directory"


def test_progress_bar_does_not_reach_redirected_output(chemfs: Chemfs, sidecar: Sidecar) -> None:
    one, two = sidecar(1), sidecar(2)
    screen, terminal = os.openpty()
    command = [sys.executable, "-m", "chemfs", "hash", str(one), str(two)]
    with Path("sums").open("w") as sums:
        subprocess.run(command, stdout=sums, stderr=terminal, env={**os.environ, "TERM": "xterm"}, check=True)
    os.close(terminal)
    assert b"hashing" in os.read(screen, 65536)
    assert Path("sums").read_text() == chemfs("hash", one, two).out


def test_file_whose_canonical_form_is_too_long_does_not_stop_the_others(chemfs: Chemfs, sidecar: Sidecar) -> None:
    """A line feed takes five times its space in an attribute."""
    Path("long.xmp").write_text(
        sidecar(1).read_text().replace("/>", "><xmp:Label>" + "\n" * 2_000_000 + "</xmp:Label></rdf:Description>")
    )
    for verb in (["hash"], ["hash", "--edit"], ["canonicalize", "--into", "out"]):
        answer = chemfs(*verb, "long.xmp", sidecar(1))
        assert (answer.code, answer.error) == (
            3,
            "chemfs: long.xmp: not a usable XMP: it has more than the limit of 8388608 bytes\n",
        )
    assert Path("out/rating1.xmp").exists()


def test_edit_hash_ignores_bookkeeping(chemfs: Chemfs, sidecar: Sidecar) -> None:
    Path("again.xmp").write_text(
        sidecar(1).read_text().replace("darktable:xmp", 'darktable:change_timestamp="63842208000000000" darktable:xmp')
    )
    assert chemfs("hash", "again.xmp").out != chemfs("hash", sidecar(1)).out
    assert chemfs("hash", "--edit", "again.xmp").out == chemfs("hash", "--edit", sidecar(1)).out


def test_many_files_are_canonicalized_into_a_folder(chemfs: Chemfs, sidecar: Sidecar) -> None:
    assert chemfs("canonicalize", sidecar(1), sidecar(2), "--into", "out").code == 0
    assert Path("out/rating2.xmp").read_text() == chemfs("canonicalize", sidecar(2)).out


def test_many_files_need_a_folder(chemfs: Chemfs, sidecar: Sidecar) -> None:
    answer = chemfs("canonicalize", sidecar(1), sidecar(2))
    assert answer.code == 3
    assert "--into DIRECTORY" in answer.error


def test_files_of_one_name_do_not_overwrite_each_other(chemfs: Chemfs, sidecar: Sidecar) -> None:
    Path("other").mkdir()
    Path("other/rating1.xmp").write_text(sidecar(1).read_text())
    answer = chemfs("canonicalize", sidecar(1), "other/rating1.xmp", "--into", "out")
    assert answer.code == 3
    assert not Path("out").exists()
