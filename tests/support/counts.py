"""Counts the work of a block of code in this process: files opened, stats, XML parses, calls of Python functions.

Unlike times, these are the same on every machine, so tests can limit them.
"""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any
from unittest.mock import patch

_OPENERS = (("chemigram_core.durable.beneath", "_syscall"),)  # called by ctypes, which audit hooks don't see
_PARSERS = tuple(("lxml.etree", name) for name in ("fromstring", "parse", "XML", "iterparse"))
_STATS = frozenset(("stat", "lstat", "fstat"))


@dataclass
class Counts:
    """The counts. Opens and parses are of all threads, stats and calls of the counting thread."""

    opens: int = 0
    stats: int = 0
    parses: int = 0
    calls: int = 0


_active: list[Counts] = []
_hooks: list[Callable[[str, tuple[Any, ...]], None]] = []


@contextmanager
def counted() -> Iterator[Counts]:
    """Count the work of the block."""
    counts = Counts()
    _listen_for_opens()
    with ExitStack() as stack:
        for module, name in _OPENERS:
            _count_calls(stack, module, name, counts, "opens")
        for module, name in _PARSERS:
            _count_calls(stack, module, name, counts, "parses")
        _active.append(counts)
        stack.callback(_active.remove, counts)
        stack.callback(gc.enable)
        gc.disable()  # what others left to be collected, and what hears of a collection, is no work of the block
        stack.callback(sys.setprofile, sys.getprofile())
        sys.setprofile(_profiler(counts))
        yield counts


def _listen_for_opens() -> None:
    """Add the one audit hook, which can't be removed and is idle while nothing is counted."""
    if not _hooks:
        _hooks.append(_hear)
        sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and not isinstance(arguments[0], int):  # a number is an open file
        for counts in _active:
            counts.opens += 1


def _count_calls(stack: ExitStack, module: str, name: str, counts: Counts, field: str) -> None:
    """Count the calls of a module's function, if the module has it."""
    place = importlib.import_module(module)
    if (function := getattr(place, name, None)) is None:
        return

    def call(*arguments: Any, **options: Any) -> Any:
        setattr(counts, field, getattr(counts, field) + 1)
        return function(*arguments, **options)

    stack.enter_context(patch.object(place, name, call))


def _profiler(counts: Counts) -> Callable[[FrameType, str, Any], None]:
    def profile(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code.co_filename != __file__:
            counts.calls += 1
        elif event == "c_call" and argument.__module__ == "posix" and argument.__name__ in _STATS:
            counts.stats += 1

    return profile
