"""The errors of the library, one class for each condition. Each message is one line; knows no errnos.

A message says what happened, to what, and what to do: `no such branch or tag: 'x'; list them with ...`. Callers
distinguish two families: `Refused` (nothing was changed) and `StoreFailed` (the repository itself is damaged). An
OSError of the system passes through unchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class ChemigramError(Exception):
    """Base of every condition that the library reports."""


class Refused(ChemigramError):
    """Input or a name is rejected, or the operation is not possible right now; nothing changed."""


class StoreFailed(ChemigramError):
    """Something in the repository on disk is missing or damaged."""


class InvalidDigest(Refused):
    """A text is not a SHA-256 in 64 lower-case hexadecimal digits."""

    def __init__(self, text: str) -> None:
        super().__init__(f"not an identifier of 64 lower-case hexadecimal digits: {shown(text)}")


class InvalidName(Refused):
    """The name of a branch, a tag or a mask breaks a rule for such names."""

    def __init__(self, kind: str, text: str, rule: str) -> None:
        super().__init__(f"not a valid {kind} name ({rule}): {shown(text)}")


class NameTooLong(InvalidName):
    """A name has more bytes than filesystems allow."""


class InvalidXmp(Refused):
    """Bytes are not an XMP that can be stored; `place` names the line or the property."""

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(f"not a usable XMP: {place + ': ' if place else ''}{reason}")
        self.reason = reason
        self.place = place


class InvalidMask(Refused):
    """Bytes are not a whole PNG; `name` is the mask that they were meant for, if known."""

    def __init__(self, reason: str, name: str = "") -> None:
        super().__init__(f"not a usable PNG{f' for the mask {shown(name)}' if name else ''}: {reason}")
        self.reason = reason


class InvalidProvenance(Refused):
    """The provenance given for a mask can't be stored."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not a usable mask provenance: {reason}")


class NotARepository(Refused):
    """A folder is neither a repository nor a library, or a damaged one; `reason` says what is missing."""

    def __init__(self, path: Path, reason: str, *, is_damaged: bool = False) -> None:
        what, hint = "not a chemfs repository", "create one with `chemfs init`"
        if is_damaged:
            what, hint = "damaged repository", "restore it with `chemfs fsck --repair`"
        super().__init__(f"{what} ({reason}): {shown(str(path))}; {hint}")
        self.path = path


class ForeignRepository(Refused):
    """A repository or a library belongs to another user and is not trusted explicitly."""

    def __init__(self, path: Path, owner: str) -> None:
        super().__init__(f"belongs to another user ({owner}): {shown(str(path))}; if you trust it, repeat with --trust")
        self.path = path
        self.owner = owner


class UnknownRevision(Refused):
    """No branch, tag or snapshot has that name."""

    def __init__(self, text: str) -> None:
        super().__init__(f"no such branch, tag or snapshot: {shown(text)}; list them with `chemfs log`")


class AmbiguousRevision(Refused):
    """Several snapshots start with the same digits."""

    def __init__(self, text: str, candidates: Sequence[str]) -> None:
        listed = ", ".join(candidate[:12] for candidate in sorted(candidates)[:4])
        super().__init__(f"ambiguous among {len(candidates)} snapshots ({listed}): {shown(text)}; give more digits")


class RefExists(Refused):
    """A branch or a tag of that name exists already; tags never move."""

    def __init__(self, ref: str) -> None:
        super().__init__(f"already exists: {shown(ref)}; choose another name")


class RefMissing(Refused):
    """No branch or tag has that name."""

    def __init__(self, ref: str) -> None:
        super().__init__(f"no such branch or tag: {shown(ref)}; list them with `chemfs branch` and `chemfs tag`")


class RefConflict(Refused):
    """A name conflicts with another one (`a` with `a/b`, or with one that differs in case or Unicode form alone)."""

    def __init__(self, ref: str, other: str) -> None:
        super().__init__(f"conflicts with {shown(other)}: {shown(ref)}; choose another name")


class RefMoved(Refused):
    """A ref no longer points where its writer last read it."""

    def __init__(self, ref: str) -> None:
        super().__init__(f"moved by another writer: {shown(ref)}; check it, then repeat")


class BranchInUse(Refused):
    """The branch can't be deleted while HEAD is on it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"HEAD is on branch {shown(name)}; check out another one first")


class NoState(Refused):
    """A branch has no snapshot yet, so there is nothing to tag, branch from or attach a mask to."""

    def __init__(self, ref: str) -> None:
        super().__init__(f"no snapshot yet on {shown(ref)}; save an XMP on it first")


class HeadDetached(Refused):
    """HEAD is detached, and no branch was given."""

    def __init__(self) -> None:
        super().__init__("HEAD is at a snapshot, not on a branch; check out a branch, or name one")


class UnknownMask(Refused):
    """A state has no mask of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no such mask in this state: {shown(name)}")


class CannotBeLogged(Refused):
    """The masks, label or metadata of a save don't fit in a line of the log, or in the registry."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"this save's masks or metadata can't be recorded: {reason}")


class FolderNotEmpty(Refused):
    """A folder to write to already has files."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"folder is not empty: {shown(str(path))}; choose a new one")


class Incomparable(Refused):
    """Two things are of kinds that can't be compared with each other."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"can't compare {left} with {right}; give two folders or zips, or two files")


class InvalidJson(Refused):
    """A JSON value is not the changeset, node or item that it should be."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(f"not a usable {kind} in JSON: {reason}")


class NeitherFileNorFolder(Refused):
    """A path leads to a device, a pipe or the like."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"neither a file nor a folder: {shown(str(path))}")


class NotAFile(StoreFailed):
    """A link, a folder, a fifo or a device is where the repository keeps a regular file."""

    def __init__(self, name: str) -> None:
        super().__init__(f"not a regular file in the repository: {shown(name)}; locate it with `chemfs fsck`")


class ObjectMissing(StoreFailed):
    """An object that something points at is not in the store."""

    def __init__(self, digest: str) -> None:
        super().__init__(f"missing object: {digest}; `chemfs fsck` shows what needs it")
        self.digest = digest


class ObjectDamaged(StoreFailed):
    """The SHA-256 of an object's bytes is not its name, or its file is larger than an object can be."""

    def __init__(self, digest: str, found: str = "") -> None:
        super().__init__(f"damaged object{found and f' ({found})'}: {digest}; `chemfs fsck` shows what needs it")
        self.digest = digest


class RegistryDamaged(StoreFailed):
    """masks/registry.json can't be read."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"damaged mask registry ({found}): masks/registry.json; rebuild it with `chemfs fsck --repair`"
        )


class LogDamaged(StoreFailed):
    """The log has lost lines, and with them the record of states that gc must keep."""

    def __init__(self, found: str) -> None:
        super().__init__(f"damaged log ({found}): log.jsonl; repair it with `chemfs fsck --repair`")


class RefDamaged(StoreFailed):
    """A ref or HEAD can't be read, or has invalid content."""

    def __init__(self, ref: str, found: str) -> None:
        super().__init__(f"damaged ref ({found}): {shown(ref)}; restore it with `chemfs fsck --repair`")
        self.found = found


def shown(text: str) -> str:
    """Foreign text for a one-line message: quoted, control characters escaped, at most 80 characters."""
    return repr(text if len(text) <= 80 else text[:77] + "...")
