"""REV: resolves the name of a state, as git does. A branch wins over a tag of the same name."""

from __future__ import annotations

from contextlib import suppress

from chemigram_core.digest import Digest
from chemigram_core.errors import AmbiguousRevision, InvalidDigest, InvalidName, NoState, UnknownRevision
from chemigram_core.names import BranchName, RefName, TagName, parse_ref
from chemigram_core.refs.head import Detached, OnBranch
from chemigram_core.refs.refs import Refs
from chemigram_core.store.objects import Kind, ObjectStore

MIN_PREFIX_DIGITS = 7


def resolve(text: str, refs: Refs, objects: ObjectStore) -> Digest:
    """The snapshot that `text` names. Raises UnknownRevision, AmbiguousRevision, NoState for an empty branch."""
    if text == "HEAD":
        return _head(refs)
    for name in _ref_names(text):
        if (digest := refs.read(name)) is not None:
            return digest
    return by_prefix(text, objects)


def by_prefix(text: str, objects: ObjectStore) -> Digest:
    """The snapshot whose identifier starts with `text`. Raises UnknownRevision, AmbiguousRevision."""
    with suppress(InvalidDigest):
        if objects.has(digest := Digest(text), Kind.SNAPSHOT):
            return digest
    found = objects.starting_with(text) if MIN_PREFIX_DIGITS <= len(text) < 64 else []
    if not found:
        raise UnknownRevision(text)
    if len(found) > 1:
        raise AmbiguousRevision(text, found)
    return found[0]


def checkout_target(text: str, refs: Refs, objects: ObjectStore) -> OnBranch | Detached:
    """The position of HEAD after a checkout of `text`: on the branch of that name, otherwise on the snapshot."""
    for name in _ref_names(text):
        if isinstance(name, BranchName) and refs.read(name) is not None:
            return OnBranch(name)
    return Detached(resolve(text, refs, objects))


def _head(refs: Refs) -> Digest:
    match refs.head():
        case Detached(digest):
            return digest
        case OnBranch(branch):
            if (tip := refs.read(branch)) is None:
                raise NoState(branch.ref)
            return tip


def _ref_names(text: str) -> list[RefName]:
    """The refs that `text` may mean, in order of precedence."""
    names: list[RefName] = []
    for parse in (parse_ref,) if text.startswith("refs/") else (BranchName, TagName):
        with suppress(InvalidName):
            names.append(parse(text))
    return names
