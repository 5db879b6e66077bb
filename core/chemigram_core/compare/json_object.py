"""A JSON object from outside, read key by key with the types checked. Unknown keys are ignored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from chemigram_core.errors import InvalidJson

JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class JsonObject:
    """The keys of one `kind` of object. Every method raises InvalidJson where the value is of another type."""

    kind: str
    values: dict[str, JsonValue]

    @classmethod
    def of(cls, kind: str, data: JsonValue) -> JsonObject:
        """The object in `data`. Raises InvalidJson for anything else."""
        if not isinstance(data, dict):
            raise InvalidJson(kind, "it is not an object")
        return cls(kind, data)

    def text(self, key: str) -> str:
        """A text, which is required."""
        return self._required(key, str)

    def flag(self, key: str) -> bool:
        """True or false, which is required."""
        return self._required(key, bool)

    def optional_text(self, key: str) -> str | None:
        """A text, if there is one."""
        return None if self.values.get(key) is None else self._required(key, str)

    def optional_size(self, key: str) -> int | None:
        """A non-negative integer, if there is one."""
        if self.values.get(key) is None:
            return None
        if isinstance(size := self.values[key], bool) or not isinstance(size, int) or size < 0:
            raise InvalidJson(self.kind, f"{key!r} is not a non-negative integer")
        return size

    def object(self, key: str) -> dict[str, JsonValue]:
        """An object; an absent one is empty."""
        return self._required(key, dict) if key in self.values else {}

    def list(self, key: str) -> list[JsonValue]:
        """A list; an absent one is empty."""
        return self._required(key, list) if key in self.values else []

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; an absent one is empty."""
        found = self.list(key)
        texts = tuple(text for text in found if isinstance(text, str))
        if len(texts) != len(found):
            raise InvalidJson(self.kind, f"{key!r} has values that are not text")
        return texts

    def _required(self, key: str, kind: type[_T]) -> _T:
        if not isinstance(value := self.values.get(key), kind):
            raise InvalidJson(self.kind, f"{key!r} is missing or of another type than {kind.__name__}")
        return value
