"""What a process remembers of states and objects, forgotten: a test that counts work is as a new process then."""

from __future__ import annotations

from chemigram_core import states
from chemigram_core.sidecar import document
from chemigram_core.store import content


def forget_everything() -> None:
    """Forget all that was read, parsed or stored."""
    for name in ("_documents", "_states", "_peeks", "_edits", "_bare_edits", "_pixels"):
        getattr(states, name).clear()
    vars(content)["_contents"] = type(content._contents)(20_000)
    document._masks_of_note.cache_clear()
