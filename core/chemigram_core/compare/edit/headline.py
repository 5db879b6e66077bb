"""The change from one XMP to the next in one line, for lists of many. Bookkeeping is not told."""

from __future__ import annotations

from chemigram_core.compare.edit.changes import Fact
from chemigram_core.compare.edit.document import document_facts
from chemigram_core.compare.node import CLERICAL
from chemigram_core.sidecar import Document


def headline(before: Document, after: Document) -> str:
    """The facts of the edit, one after another; empty when there are none. One line, however long."""
    facts = [fact for fact in document_facts(before, after) if CLERICAL not in fact.tags]
    return " · ".join(" ".join(_sentence(fact).split()) for fact in facts)


def _sentence(fact: Fact) -> str:
    module = fact.details.get("module")
    return f"{module}: {fact.summary}" if isinstance(module, str) else fact.summary
