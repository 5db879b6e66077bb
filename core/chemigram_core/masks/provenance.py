"""Where a mask came from, as far as is known (RFC-003, ADR-022). A value; knows no registry and no file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, Self

from chemigram_core.errors import InvalidProvenance, shown


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made a mask, from what, and when. `generator_config` is any JSON value, `created_at` ISO 8601."""

    provider: str | None = None
    prompt: str | None = None
    generator_config: Any = None
    generated_from_render_hash: str | None = None
    created_at: str | None = None

    @classmethod
    def parse(cls, found: object) -> Self:
        """The provenance in a JSON object with some of these keys. Raises InvalidProvenance."""
        if not isinstance(found, Mapping):
            raise InvalidProvenance("a JSON object is needed")
        for key, value in found.items():
            _check(key, value)
        return cls(**found)

    @classmethod
    def parse_json(cls, text: str | bytes) -> Self:
        """The same from its JSON text. Raises InvalidProvenance."""
        try:
            return cls.parse(json.loads(text))
        except (ValueError, RecursionError) as error:
            raise InvalidProvenance(f"not JSON ({error})") from error

    def to_json(self) -> dict[str, Any]:
        """The keys that have a value."""
        values = ((name, getattr(self, name)) for name in FIELDS)
        return {name: value for name, value in values if value is not None}

    def texts(self) -> dict[str, str]:
        """Each value as text, a configuration as JSON."""
        return {name: _text(name, value) for name, value in self.to_json().items()}

    def with_text(self, name: str, text: str | None) -> Self:
        """The same with another value of `name`, or without. Raises InvalidProvenance."""
        try:
            value = json.loads(text) if text is not None and name == _CONFIG else text
        except (ValueError, RecursionError) as error:
            raise InvalidProvenance(f"{name} is not JSON ({error})") from error
        _check(name, value)
        return replace(self, **{name: value})


FIELDS = tuple(field.name for field in fields(Provenance))
_CONFIG = "generator_config"


def now() -> str:
    """The current time in the form of `created_at`."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _check(key: object, value: object) -> None:
    if key not in FIELDS:
        raise InvalidProvenance(f"unknown key {shown(str(key))}; known keys are {', '.join(FIELDS)}")
    if key != _CONFIG and not isinstance(value, str | None):
        raise InvalidProvenance(f"{key} must be text")
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        if key == "created_at" and isinstance(value, str):
            datetime.fromisoformat(value)
    except (ValueError, TypeError) as error:
        raise InvalidProvenance(f"{key} has a value that can't be stored ({error})") from error


def _text(name: str, value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if name == _CONFIG else str(value)
