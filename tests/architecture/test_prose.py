"""Docstrings, comments and pages avoid phrases that sound translated. Each is listed with what to write instead.

Only phrases that no sentence needs are listed, each with an example that must be found.
"""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(path for package in ("chemfs", "core", "tests/support") for path in (ROOT / package).rglob("*.py"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef
BANNED = {  # the phrase: what to write instead
    r"\bwhoever\b": "the program, the caller, the process",
    r"(?:^|[.:;(] )who (?:is|has|asks|closes|opens|reads|saves|waits|writes)\b": "a program that, the caller",
    r"\b(?:by|for|from|to|with) who\b": "for the user who, by the program that",
    r"\bcan't be had\b": "is missing, is not available",
    r"(?<!there )\b(?:is|are) (?-i:none)\b(?! of)": "is not one, creates none",
    r"\b(?:is|are|was|were) told\b": "gets, learns, is reported",
    r"\btells? of\b": "reports, records",
    r"\b(?:has|hears|needs) no word of\b": "is not reported, is not recorded",
    r"\bwithout a word\b": "silently, without a message",
    r"\bas \S+(?: \S+)? has it\b": "as POSIX says, as in POSIX",
    r"\bmend(?:s|ed|ing)?\b": "repair",
    r"\bpassed over(?: by\b|[.,:;]|$)": "skipped, ignored",
    r"(?:^|\. )(?-i:Of) an? [\w ]+, ": "the main clause first",
    r"\bone \w+ an? (?:line|method|module|part|request|verb)\b": "one for each",
}
EXAMPLES = [  # one for each phrase, in the same order
    "Answered by whoever frees the lock.",
    "Locks. Who has it open keeps it.",
    "The reason, for who closed the file.",
    "It points at a mask that can't be had.",
    "A save with the tip's edit is none.",
    "The caller is told the reason.",
    "A state that the log tells of.",
    "It needs no word of a close.",
    "An empty folder stays, without a word.",
    "All its locks are free, as POSIX has it.",
    "Mend what an audit found.",
    "Other folders are passed over.",
    "Of a library, the repositories in use are remembered.",
    "One method a request.",
]
FINE = [
    "Everything belongs to the user who mounts.",
    "Photographers who edit, and a process to whom it belongs.",
    "A label, or an empty text if there is none.",
    "It amends the log; one line for each request.",
    "The `root` is None; a file that is none of ours.",
    "Descriptors are passed over the socket.",
    "The folder of a branch, or one in it.",
]


def found(text: str) -> dict[str, str]:
    """The banned phrases in a text, each with what to write instead."""
    line = " ".join(text.split())
    matches = ((re.search(phrase, line, re.IGNORECASE), instead) for phrase, instead in BANNED.items())
    return {match[0]: instead for match, instead in matches if match}


def prose(path: Path) -> Iterator[str]:
    """The docstrings and comments of a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, DOCUMENTED):
            yield ast.get_docstring(node) or ""
    with path.open("rb") as file:
        yield from (
            token.string.strip("# ") for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT
        )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_docstrings_and_comments_are_plain(path: Path) -> None:
    assert not {phrase: instead for text in prose(path) for phrase, instead in found(text).items()}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pages_are_plain(path: Path) -> None:
    paragraphs = re.split(r"\n\n|\n(?=[-|#])", path.read_text(encoding="utf-8"))
    assert not {phrase: instead for text in paragraphs for phrase, instead in found(text).items()}


@pytest.mark.parametrize(("phrase", "example"), list(zip(BANNED, EXAMPLES, strict=True)))
def test_each_phrase_is_found(phrase: str, example: str) -> None:
    assert BANNED[phrase] in found(example).values()


def test_phrases_in_a_module_are_found(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('"""Answers\nwhoever asks."""\nsize = 1  # of a file that can\'t be had\n', encoding="utf-8")
    assert [list(found(text)) for text in prose(module)] == [["whoever"], ["can't be had"]]


@pytest.mark.parametrize("text", FINE)
def test_plain_sentences_pass(text: str) -> None:
    assert found(text) == {}
