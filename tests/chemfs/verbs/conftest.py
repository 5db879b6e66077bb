"""The command line as a test calls it, and files to give it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from chemfs.cli.main import main
from tests.chemfs.verbs.answer import Answer, Chemfs

XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:darktable="http://darktable.sf.net/" xmp:Rating="{rating}" darktable:xmp_version="5"/>
 </rdf:RDF>
</x:xmpmeta>
"""


@pytest.fixture
def chemfs(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Chemfs:
    """Runs a command in the test's folder; stderr has at most one line, and never a traceback."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Answer:
        capfd.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, error = capfd.readouterr()
        assert "Traceback" not in error
        return Answer(code, out, error)

    return run


@pytest.fixture
def sidecar(tmp_path: Path) -> Callable[[int], Path]:
    """Makes an XMP file with a rating."""

    def write(rating: int) -> Path:
        path = tmp_path / f"rating{rating}.xmp"
        path.write_text(XMP.format(rating=rating), encoding="utf-8")
        return path

    return write


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    """A PNG."""
    path = tmp_path / "subject.png"
    Image.linear_gradient("L").save(path)
    return path


@pytest.fixture
def repository(chemfs: Chemfs, sidecar: Callable[[int], Path]) -> str:
    """A repository with two snapshots on main; the first is tagged."""
    for command in (
        ("init", "sunset"),
        ("snapshot", "sunset", sidecar(1), "--label", "first look"),
        ("tag", "sunset", "v1_export"),
        ("snapshot", "sunset", sidecar(2)),
    ):
        assert chemfs(*command).code == 0
    return "sunset"
