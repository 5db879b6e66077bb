"""The file names of pictures: when a state was saved, and its label or the first digits of its identifier."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping

from chemigram_core.digest import Digest
from chemigram_core.printable import INVISIBLE

_DIGITS = 12
_LABEL_BYTES = 100
_NOT_IN_NAMES = re.compile(f"[/{INVISIBLE}]")


def picture_names(day: str, states: Mapping[str, Digest], label: Callable[[Digest], str | None]) -> dict[str, Digest]:
    """The states of a day by the names of their pictures. `states` has them by time and digits, as history/ does.

    States that were saved in the same second with the same label get the digits, too.
    """
    times = {digest: f"{day} {folder.partition('-')[0]}" for folder, digest in states.items()}
    named = [(time, _safe(label(digest) or ""), digest) for digest, time in times.items()]
    counts = Counter((time, text) for time, text, _ in named)
    return {
        f"{' '.join((time, *_words(text, digest, is_unique=counts[time, text] == 1)))}.jpg": digest
        for time, text, digest in named
    }


def _words(label: str, digest: Digest, *, is_unique: bool) -> tuple[str, ...]:
    if not label:
        return (digest[:_DIGITS],)
    return (label,) if is_unique else (label, digest[:_DIGITS])


def _safe(label: str) -> str:
    """A label as a part of a file name, of at most 100 bytes."""
    text = _NOT_IN_NAMES.sub("_", label).strip()
    return text.encode()[:_LABEL_BYTES].decode(errors="ignore").strip()
