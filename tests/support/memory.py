"""Empties the caches of this process, so that a test counts the work of a new one."""

from __future__ import annotations

from chemigram_core import states
from chemigram_core.drawn_files import state as drawn
from chemigram_core.sidecar import document
from chemigram_core.store import content


def forget_everything() -> None:
    """Forget everything that was read, parsed or stored."""
    for name in ("_documents", "_states", "_edits", "_bare_edits", "_pixels"):
        getattr(states, name).clear()
    states._peek.cache_clear()
    vars(content)["_contents"] = type(content._contents)(20_000)
    document._masks_of_note.cache_clear()
    document._parsed.cache_clear()
    drawn._known.clear()
