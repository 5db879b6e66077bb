"""Docstrings, comments, messages, pages and test names avoid phrases that sound translated.

Each phrase is listed with what to write instead and with an example that must be found. No sentence needs one of them.
"""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
MODULES = sorted(path for package in ("chemfs", "core", "scripts", "tests") for path in (ROOT / package).rglob("*.py"))
MODULES.remove(Path(__file__))  # it quotes the phrases
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
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
    r"\bpassed (?:over|by)(?: by\b|[.,:;]|$)": "skipped, ignored",
    r"(?:^|\. )(?-i:Of) an? [\w ]+, ": "the main clause first",
    r"\bone \w+ an? (?:line|method|module|part|request|verb)\b": "one for each",
    r"\b(?:begins?|made|written) anew\b": "starts again, rebuilt, rewritten",
    r"\bclause that says\b": "the reason, as a clause",
    r"\bnobody said to\b": "not … explicitly",
    r"\blook(?:s|ed|ing)? over\b": "scan",
    r"\bfails? aloud\b": "fails with an error",
    r"\bby the same way\b": "in the same way",
    r"(?:^|[*.:;] )(?-i:Whose) .*\bis, is\b": "the owner of",
    r"\b(?:none|no other) knows better\b": "the last resort",
    r"\bfor ever\b": "forever, always",
    r"\banew\b": "again, rewritten",
    r"\bin the place of\b": "in place of",
    r"\b(?:is|are|was|were) sought\b": "is looked up",
    r"\bmounts? of chemfs\b": "chemfs mount",
    r"\bno line of the log\b": "is not in the log",
    r"\b(?:comes?|came) to rest\b": "is due, is settled",
    r"\bby another way\b": "elsewhere",
    r"\bin one go\b": "at once",
    r"\bmakes? way\b": "is removed",
    r"\bstops? no other\b": "does not stop the others",
    r"\b(?:stands|stood) (?:at|beside|once|there|twice)\b": "is, occurs, is stored",
    r"\b(?:it|he|she|that|which) (?:is|was) asked (?:about|for)\b": "is called for, on demand",
    r"\b(?:a|no) person(?!'s|s)\b(?! in front)": "the user",
    r"\bas it is now\b": "the current",
    r"\bgoes? on (?:reading|showing|working)\b": "still reads",
    r"^test (?:who|what|whoever|whatever)\b": "the subject: the reader, the rejected file",
    r"^test .*(?<!there )\b(?:is|are) no (?!longer)\w+$": "is not a, is rejected",
    r"^test .*\bas (?:it was|they were)$": "is unchanged, round-trips",
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
    "A lost index is made anew.",
    "The message is a clause that says why.",
    "It is another user's, and nobody said to trust it.",
    "A tree that is looked over once a minute.",
    "The copy fails aloud.",
    "A save by the same way as in `heads/`.",
    "Whose a repository is, is asked under its lock.",
    "Compares bytes where no other knows better.",
    "It would wait for ever.",
    "It is listed anew.",
    "A link in the place of a folder.",
    "An image is sought by its name.",
    "A path into a mount of chemfs.",
    "A state that no line of the log names.",
    "Waits until a file has come to rest.",
    "The branch had moved by another way.",
    "Tags a whole shoot in one go.",
    "The oldest pictures make way.",
    "A bad file stops no other.",
    "The name stands there twice.",
    "It is computed when it is asked for.",
    "A tag that a person gave.",
    "The image as it is now.",
    "A program goes on reading the tip.",
    "test who reads keeps what it opened",
    "test a restored sidecar is no edit",
    "test entries come back as they were",
]
FINE = [
    "Everything belongs to the user who mounts.",
    "Photographers who edit, and a process to whom it belongs.",
    "A label, or an empty text if there is none.",
    "It amends the log; one line for each request.",
    "The `root` is None; a file that is none of ours.",
    "Descriptors are passed over the socket.",
    "test a damaged object is no longer returned",
    "The folder of a branch, or one in it.",
]


def found(text: str) -> dict[str, str]:
    """The banned phrases in a text, each with what to write instead."""
    line = " ".join(text.split())
    matches = ((re.search(phrase, line, re.IGNORECASE), instead) for phrase, instead in BANNED.items())
    return {match[0]: instead for match, instead in matches if match}


def prose(path: Path) -> Iterator[str]:
    """The docstrings, messages and comments of a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
    with path.open("rb") as file:
        yield from (
            token.string.strip("# ") for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT
        )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_docstrings_messages_and_comments_are_plain(path: Path) -> None:
    assert not {phrase: instead for text in prose(path) for phrase, instead in found(text).items()}


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_names_of_tests_are_plain(path: Path) -> None:
    names = re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert not {name: instead for name in names for instead in found(name.replace("_", " ")).values()}


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
