"""The change from one XMP to the next in one line, for lists of many, without bookkeeping."""

from __future__ import annotations

from chemigram_core.compare.edit.changes import Change
from chemigram_core.compare.edit.document import document_changes
from chemigram_core.compare.node import CLERICAL
from chemigram_core.sidecar import Document


def headline(before: Document, after: Document) -> str:
    """The changes to the edit on a single line, however long. Empty if the edit did not change."""
    changes = [change for change in document_changes(before, after) if CLERICAL not in change.tags]
    return " · ".join(" ".join(_sentence(change).split()) for change in changes)


def _sentence(change: Change) -> str:
    module = change.details.get("module")
    return f"{module}: {change.summary}" if isinstance(module, str) else change.summary
