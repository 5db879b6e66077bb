"""How often something is done: what a test may assert instead of a time."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest


def count_calls(monkeypatch: pytest.MonkeyPatch, module: ModuleType | type, name: str) -> list[str]:
    """A list that grows with each call of a function of a module, or of a class, from now on."""
    calls: list[str] = []
    really: Callable[..., Any] = getattr(module, name)

    def counted(*arguments: Any, **options: Any) -> Any:
        calls.append(str(arguments))
        return really(*arguments, **options)

    monkeypatch.setattr(module, name, counted)
    return calls
