"""Resolves the links in a path, one name after another, without accessing barred places.

The system's own calls resolve a whole path at once: a path that leads into a mount has then reached its daemon, which
may be the very process that asks.
"""

from __future__ import annotations

import os
from collections.abc import Container

from chemigram_core.errors import ChemigramError, shown

_NO_LINK, _ELOOP = 22, 40  # errno(3)
_MOST_LINKS = 40  # as in Linux


class Barred(ChemigramError):
    """A path leads to a place that is barred."""

    def __init__(self, place: str) -> None:
        super().__init__(f"leads into a mount: {shown(place)}")
        self.place = place


def without_links(path: str, barred: Container[str]) -> str:
    """The target of an absolute path, without links, `.` and `..`. Accesses nothing at or below `barred`.

    `barred` are such paths themselves. Raises Barred; OSError for links in a circle, and where the path ends too early.
    """
    place, links, rest = "", 0, path.split("/")[::-1]
    while rest:
        name = rest.pop()
        if name in ("", "."):
            continue
        if name == "..":
            place = place.rpartition("/")[0]
            continue
        if (step := f"{place}/{name}") in barred:
            raise Barred(step)
        try:
            target = os.readlink(step)  # noqa: PTH115 - each look at an image does it
        except OSError as error:
            if error.errno != _NO_LINK:
                raise
            place = step
            continue
        if (links := links + 1) > _MOST_LINKS:
            raise OSError(_ELOOP, os.strerror(_ELOOP), path)
        place = "" if target.startswith("/") else place
        rest += target.split("/")[::-1]
    return place or "/"
