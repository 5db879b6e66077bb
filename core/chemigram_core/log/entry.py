"""One operation in the log, to a line and back. A value; knows no file (ADR-018)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeAlias

from chemigram_core.digest import Digest
from chemigram_core.errors import CannotBeLogged, InvalidDigest, InvalidName
from chemigram_core.log.lines import LINE_BYTES
from chemigram_core.log.operations import RECOVERED, SNAPSHOT
from chemigram_core.names import MaskName

JSON: TypeAlias = "str | int | float | bool | Sequence[JSON] | Mapping[str, JSON] | None"

_ORIGINS = (SNAPSHOT, RECOVERED)  # the operations whose lines give the parent of a state


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One operation. `hash` is the resulting state, `ref` the changed ref's full name, `parent` the state before."""

    op: str
    hash: Digest | None = None
    ref: str | None = None
    parent: Digest | None = None
    label: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    masks: Mapping[MaskName, Digest] = field(default_factory=dict)
    timestamp: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="microseconds"))

    @property
    def time(self) -> datetime:
        """The timestamp, in UTC. Raises ValueError if a line of another program has no ISO 8601 time."""
        return datetime.fromisoformat(self.timestamp).astimezone(UTC)

    @property
    def is_timed(self) -> bool:
        """Whether the timestamp is ISO 8601 in UTC."""
        try:
            return datetime.fromisoformat(self.timestamp).utcoffset() == timedelta(0)
        except ValueError:
            return False

    @property
    def has_origin(self) -> bool:
        """Whether it records the origin of its state: a parent, or that the state has no parent."""
        return self.parent is not None or self.op in _ORIGINS

    def line(self) -> bytes:
        """The entry as a line. Raises CannotBeLogged if it could not be read back."""
        text = json.dumps(self.to_json(), ensure_ascii=False, separators=(",", ":")) + "\n"
        try:
            line = text.encode()
        except UnicodeEncodeError:
            raise CannotBeLogged("not valid UTF-8") from None
        if len(line) > LINE_BYTES:
            raise CannotBeLogged(f"{len(line)} bytes, and the limit is {LINE_BYTES}")
        return line

    def to_json(self) -> dict[str, Any]:
        """The line's object; keys without a value are left out."""
        known = {
            "timestamp": self.timestamp,
            "op": self.op,
            "hash": self.hash,
            "ref": self.ref,
            "parent": self.parent,
            "label": self.label,
            "metadata": dict(self.metadata),
            "masks": dict(self.masks),
        }
        return {key: value for key, value in known.items() if value not in (None, {})}


def parse_line(line: bytes) -> LogEntry | None:
    """The operation in a line of the log, or None if it is not an entry; reads chemigram's lines too."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("op"), str) or _is_spoilt(found):
        return None
    digest, parent = _digest(found.get("hash")), _digest(found.get("parent"))
    return LogEntry(
        op=found["op"],
        hash=digest,
        ref=_text(found.get("ref")),
        parent=parent if parent != digest else None,  # chemigram also records the start of a branch here
        label=_text(found.get("label")),
        metadata=found["metadata"] if isinstance(found.get("metadata"), dict) else {},
        masks=_masks(found.get("masks")),
        timestamp=_text(found.get("timestamp")) or "",
    )


def _is_spoilt(found: dict[str, Any]) -> bool:
    """Whether the state or its parent is not a digest; in other lines chemigram writes names there."""
    keys = ("hash", "parent") if found["op"] in _ORIGINS else ("hash",)
    return any(found.get(key) is not None and _digest(found[key]) is None for key in keys)


def _digest(value: object) -> Digest | None:
    try:
        return _known_digest(value) if isinstance(value, str) else None
    except InvalidDigest:
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _masks(value: object) -> dict[MaskName, Digest]:
    try:
        return {_mask_name(name): _known_digest(text) for name, text in dict(value or {}).items()}  # type: ignore[call-overload]
    except (InvalidDigest, InvalidName, TypeError, ValueError):
        return {}


@lru_cache(maxsize=1_000)
def _known_digest(text: str) -> Digest:
    """One shared object for each digest: a state is the next line's parent, and masks repeat from line to line."""
    return Digest(text)


@lru_cache(maxsize=10_000)
def _mask_name(text: str) -> MaskName:
    """One shared object for each name: the same few names repeat from line to line."""
    return MaskName(text)
