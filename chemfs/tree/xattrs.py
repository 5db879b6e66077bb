"""Extended attributes of states and masks: their names and the sources of their values. Knows no FUSE.

Listing names computes no value. A mask's provenance can be written where the mask can.
"""

from __future__ import annotations

from collections.abc import Callable

from chemfs.tree.nodes import XATTR_PREFIX, Xattrs
from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidProvenance
from chemigram_core.masks.provenance import FIELDS
from chemigram_core.repository import Repository


def of_state(repository: Repository, digest: Digest) -> Xattrs:
    """Of a state's folder and its XMP: snapshot and edit, and label and parent if there are any."""
    texts = {"label": repository.history.label(digest), "parent": repository.history.parent(digest)}
    return {
        "snapshot": lambda: digest,
        "edit": lambda: repository.states.edit(digest),
        **{name: _value(text) for name, text in texts.items() if text},
    }


def of_mask(repository: Repository, mask: Digest) -> Xattrs:
    """Of a mask: its hash and its provenance."""
    texts = {"sha256": str(mask), **repository.registry.read().provenance(mask).texts()}
    return {name: _value(text) for name, text in texts.items()}


def writable(name: str) -> str | None:
    """The key of a mask's provenance that a name stands for; None for other names."""
    key = name.removeprefix(XATTR_PREFIX)
    return key if name.startswith(XATTR_PREFIX) and key in FIELDS else None


def text_of(value: bytes) -> str:
    """The text of a value. Raises InvalidProvenance if it is not UTF-8."""
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise InvalidProvenance("it is not UTF-8") from error


def _value(text: str) -> Callable[[], str]:
    return lambda: text
