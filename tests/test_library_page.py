"""The pages for programmers are true: their examples run as one program each, and every verb is named."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import chemigram_core

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "library.md").read_text(encoding="utf-8")
CODE = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
EXAMPLES: list[str] = CODE.findall(PAGE)


def output_of(examples: list[str], folder: Path) -> str:
    """What the examples print when they run in one program, in order."""
    (folder / "program.py").write_text("\n".join(examples), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "program.py"], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_example_runs(tmp_path: Path) -> None:
    output = output_of(EXAMPLES, tmp_path)
    assert output.startswith("Metadata\n  Rating: ★ → ★★★★\n"), "as the page says beside the line"
    assert "not a valid branch name" in output


def test_the_example_of_an_extension_runs(tmp_path: Path) -> None:
    examples = CODE.findall((DOCS / "comparing.md").read_text(encoding="utf-8"))
    assert output_of(examples, tmp_path) == "Files\n  right.txt: 1 lines → 2 lines\n\n"


def test_the_first_example_fits_on_a_screen() -> None:
    assert len([line for line in EXAMPLES[0].splitlines() if line]) <= 15


def test_every_block_of_the_page_is_run() -> None:
    assert PAGE.count("```") == 2 * len(EXAMPLES)


def test_the_page_names_every_verb_with_its_arguments() -> None:
    functions: list[Callable[..., Any]] = [chemigram_core.open, chemigram_core.init, chemigram_core.import_shoot]
    for verb in (*functions, *methods(chemigram_core.Repository), *methods(chemigram_core.Library)):
        keywords = {one.name for one in inspect.signature(verb).parameters.values() if one.kind is one.KEYWORD_ONLY}
        written = re.findall(rf"`(?:chemigram_core\.)?{verb.__name__}\(([^`]*)\)`", PAGE)
        assert any(keywords <= set(re.findall(r"\w+(?==)", arguments)) for arguments in written), verb


def methods(of: type) -> list[Callable[..., Any]]:
    return [method for name, method in inspect.getmembers(of, inspect.isfunction) if name[0] != "_"]


def test_page_lists_the_packages_names() -> None:
    assert not {name for name in chemigram_core.__all__ if not re.search(rf"`[^`\n]*\b{name}\b", PAGE)}
