"""A changeset in words as Markdown (CommonMark). Foreign texts can't add markup."""

from __future__ import annotations

import re

from chemigram_core.compare.node import Changeset
from chemigram_core.compare.renderers.narrative import NO_CHANGES, Line, Section, sections
from chemigram_core.printable import printable

_MARKUP = re.compile(r"([\\`*\[\]<>~&|]|(?<![^\W_])_|_(?![^\W_]))")
_BLOCK_START = re.compile(
    r"^([0-9]{0,9})([-+#]|[.)](?= |$))"
)  # characters that would make a line a list, a heading or a rule


def as_markdown(changeset: Changeset) -> str:
    """A heading, then a section for each topic."""
    heading = f"# {_plain(changeset.from_name)} → {_plain(changeset.to_name)}\n"
    parts = [_section(section) for section in sections(changeset)] or [f"{NO_CHANGES}\n"]
    return "\n".join([heading, *parts])


def _section(section: Section) -> str:
    title = f"{section.topic}: {_plain(section.file)}" if section.file else str(section.topic)
    return f"## {title}\n\n" + "".join(f"- {_line(line)}\n" for line in section.lines)


def _line(line: Line) -> str:
    return f"**{_plain(line.subject)}**: {_plain(line.text)}" if line.subject else _plain(line.text)


def _plain(text: str) -> str:
    """On one line, with a backslash before anything that would be markup there; readable on a terminal, too."""
    line = printable(" ".join(text.split()))
    return _BLOCK_START.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", line))
