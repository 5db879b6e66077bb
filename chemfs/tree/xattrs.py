"""Extended attributes of states and masks: what they are called and where their values come from. Knows no FUSE.

Listing names computes no value. What is known of a mask can be written where the mask can.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidProvenance
from chemigram_core.masks.provenance import FIELDS
from chemigram_core.repository import Repository

PREFIX = "user.chemfs."

Attributes = Mapping[str, Callable[[], str]]
"""Values by names without the prefix."""

NO_ATTRIBUTES: Attributes = MappingProxyType({})


def of_state(repository: Repository, digest: Digest) -> Attributes:
    """Of a state's folder and of its XMP: snapshot and edit, label and parent where there are any."""
    told = {"label": repository.history.label(digest), "parent": repository.history.parent(digest)}
    return {
        "snapshot": lambda: digest,
        "edit": lambda: repository.states.edit(digest),
        **{name: _value(text) for name, text in told.items() if text},
    }


def of_mask(repository: Repository, mask: Digest) -> Attributes:
    """Of a mask: its hash, and what is known of it."""
    texts = {"sha256": str(mask), **repository.registry.read().provenance(mask).texts()}
    return {name: _value(text) for name, text in texts.items()}


def writable(name: str) -> str | None:
    """What somebody can tell of a mask under this name, without the prefix; None for every other name."""
    key = name.removeprefix(PREFIX)
    return key if name.startswith(PREFIX) and key in FIELDS else None


def text_of(value: bytes) -> str:
    """What somebody sets an attribute to. Raises InvalidProvenance."""
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise InvalidProvenance("it is not UTF-8") from error


def _value(text: str) -> Callable[[], str]:
    return lambda: text
