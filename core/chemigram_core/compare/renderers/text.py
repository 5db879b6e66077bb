"""A changeset in words as plain lines, for terminals and for programs that add colours."""

from __future__ import annotations

from chemigram_core.compare.node import Changeset
from chemigram_core.compare.renderers.narrative import NO_CHANGES, Line, Section, sections
from chemigram_core.printable import printable


def as_text(changeset: Changeset) -> str:
    """A title per topic, its sentences indented below."""
    return "\n".join(_section(section) for section in sections(changeset)) or f"{NO_CHANGES}\n"


def _section(section: Section) -> str:
    title = f"{section.topic}: {_visible(section.file)}" if section.file else str(section.topic)
    return f"{title}\n" + "".join(f"  {_line(line)}\n" for line in section.lines)


def _line(line: Line) -> str:
    return _visible(f"{line.subject}: {line.text}" if line.subject else line.text)


def _visible(text: str) -> str:
    """On one line, without characters that could control a terminal."""
    return printable(" ".join(text.split()))
