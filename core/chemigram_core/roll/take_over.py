"""Detects that darktable has reused a number and writes another duplicate there. Pure.

When darktable imports a folder again, it forgets how many duplicates the base image has. The next duplicate of the base
takes number 1 and is written over the sidecar of the duplicate that has this number. Each duplicate is shown with a
version name, and a new one has that of its base, or none: so a write without its name, and with the base's history or
an empty one where there was another, is a duplicate of its own.
"""

from __future__ import annotations

from dataclasses import replace

from chemigram_core.darktable.properties import HISTORY_TRIO
from chemigram_core.digest import Digest
from chemigram_core.roll.version_name import version_name
from chemigram_core.roll_file import Given, Numbers
from chemigram_core.sidecar import Document


def lost_its_name(incoming: Document, base: Document | None) -> bool:
    """Whether a sidecar has no version name, or that of its base."""
    return version_name(incoming) in ("", "" if base is None else version_name(base))


def is_taken_over(incoming: Document, shown: Document, base: Document | None) -> bool:
    """Whether a sidecar that was written under a number is not an edit of the state that was `shown` there."""
    if not lost_its_name(incoming, base) or history_identity(incoming) == history_identity(shown):
        return False
    return not has_history(incoming) or (base is not None and history_identity(incoming) == history_identity(base))


def taken_over(numbers: Numbers, number: int) -> tuple[int, Given] | None:
    """The number of the duplicate that darktable now writes under `number`, if it has reused that."""
    return next(((new, given) for new, given in numbers.items() if given.took_over == number), None)


def has_history(document: Document) -> bool:
    """Whether a sidecar has any step of a history."""
    return bool(document.history.effective)


def history_identity(document: Document) -> Digest:
    """The edit identity of a document's history alone."""
    properties = {name: value for name, value in document.properties.items() if name in HISTORY_TRIO}
    return Document(replace(document.packet, properties=properties), {}).edit_digest
