"""How long work reports its progress, or reports none. Knows no terminal."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many steps of it are done, and how many there are."""


def silent(_: str, __: int, ___: int) -> None:
    """Report nothing."""
