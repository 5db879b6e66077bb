"""What can go wrong, one class per condition. Each message is one line that says what to do; knows no error numbers.

Two families matter to a caller: `Refused` (the input or a name is not acceptable, nothing was changed) and
`StoreFailed` (the repository itself is not as it should be). A plain OSError of the system passes through as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class ChemigramError(Exception):
    """Any condition that the library reports."""


class Refused(ChemigramError):
    """The input, a name or the moment is not acceptable; nothing was changed."""


class StoreFailed(ChemigramError):
    """The repository on disk is not as it should be."""


class InvalidDigest(Refused):
    """A text is not a SHA-256 in 64 lower-case hexadecimal digits."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{shown(text)} is no identifier: 64 lower-case hexadecimal digits are needed")


class InvalidName(Refused):
    """A name of a branch, a tag or a mask breaks the rules for such names."""

    def __init__(self, kind: str, text: str, rule: str) -> None:
        super().__init__(f"{shown(text)} can't name a {kind}: {rule}")


class NameTooLong(InvalidName):
    """A name has more bytes than filesystems carry."""


class UnusableImage(Refused):
    """The file of an image has a name that no state can show."""

    def __init__(self, name: str, rule: str) -> None:
        super().__init__(f"no state can show an image called {shown(name)}: {rule}; rename it first")


class InvalidXmp(Refused):
    """Bytes are no XMP that can be kept; `place` names the line or the property."""

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(f"not a usable XMP: {place + ': ' if place else ''}{reason}")
        self.reason = reason
        self.place = place


class InvalidMask(Refused):
    """Bytes are no whole PNG; `name` is the mask that they were meant for, where it is known."""

    def __init__(self, reason: str, name: str = "") -> None:
        super().__init__(f"not a usable PNG{f' for the mask {shown(name)}' if name else ''}: {reason}")
        self.reason = reason


class InvalidProvenance(Refused):
    """What is told of a mask can't be kept."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not usable as what is known of a mask: {reason}")


class NotARepository(Refused):
    """A folder is neither a repository nor a library of them."""

    def __init__(self, path: Path, lacks: str) -> None:
        super().__init__(f"{shown(str(path))} is no repository: {lacks}; `chemfs init` makes one")


class UnknownRevision(Refused):
    """A text names no branch, tag, HEAD or snapshot."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{shown(text)} names no branch, tag or snapshot here; `chemfs log` lists them")


class AmbiguousRevision(Refused):
    """A prefix fits several snapshots."""

    def __init__(self, text: str, candidates: Sequence[str]) -> None:
        listed = ", ".join(candidate[:12] for candidate in sorted(candidates)[:4])
        super().__init__(f"{shown(text)} fits {len(candidates)} snapshots ({listed}): give more digits")


class RefExists(Refused):
    """A branch or a tag of that name is there already; tags never move."""

    def __init__(self, ref: str) -> None:
        super().__init__(f"{shown(ref)} exists already: choose another name")


class RefMissing(Refused):
    """There is no such branch or tag."""

    def __init__(self, ref: str) -> None:
        super().__init__(f"there is no {shown(ref)}; `chemfs branch` and `chemfs tag` list what there is")


class RefConflict(Refused):
    """A name can't stand beside another one (`a` beside `a/b`, or equal but for case or Unicode form)."""

    def __init__(self, ref: str, other: str) -> None:
        super().__init__(f"{shown(ref)} can't stand beside {shown(other)}: choose another name")


class RefMoved(Refused):
    """A ref no longer points where the writer saw it."""

    def __init__(self, ref: str) -> None:
        super().__init__(f"{shown(ref)} was moved by somebody else meanwhile: look again, then repeat")


class BranchInUse(Refused):
    """HEAD stands on the branch, so it can't be deleted."""

    def __init__(self, name: str) -> None:
        super().__init__(f"HEAD is on branch {shown(name)}: check out another one first")


class NoState(Refused):
    """A branch has no snapshot yet, so there is nothing to tag, branch from or attach a mask to."""

    def __init__(self, ref: str) -> None:
        super().__init__(f"{shown(ref)} has no snapshot yet: save an XMP on it first")


class HeadDetached(Refused):
    """HEAD is on no branch, and no branch was named."""

    def __init__(self) -> None:
        super().__init__("HEAD is on a snapshot, not on a branch: check out a branch or name one")


class UnknownMask(Refused):
    """A state has no mask of that name, or a note names a mask that is not in the store."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no mask {shown(name)} in this state")


class CannotBeLogged(Refused):
    """The masks of a save, its label or what is told of them make no line of the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the log can't hold the masks of this save and what is told with it: {reason}")


class FolderNotEmpty(Refused):
    """Files would be written among others."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{shown(str(path))} is not empty: name a new folder")


class Incomparable(Refused):
    """Two things of kinds that can't be compared with each other."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"{left} can't be compared with {right}: give two folders or zips, or two files")


class InvalidJson(Refused):
    """A JSON value is not the changeset, node or item that it should be."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(f"not a usable {kind} in JSON: {reason}")


class NeitherFileNorFolder(Refused):
    """What was named is a device, a pipe or the like."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{shown(str(path))} is neither a file nor a folder")


class NotAFile(StoreFailed):
    """Something in the repository is a link, a folder, a fifo or a device where a regular file belongs."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{shown(name)} in the repository is no regular file; `chemfs fsck` says where")


class ObjectMissing(StoreFailed):
    """An object that is referred to is not in the store."""

    def __init__(self, digest: str) -> None:
        super().__init__(f"object {digest} is missing from the store; `chemfs fsck` says what needs it")
        self.digest = digest


class ObjectDamaged(StoreFailed):
    """The bytes of an object don't have its name as their SHA-256."""

    def __init__(self, digest: str) -> None:
        super().__init__(f"object {digest} is damaged on disk; `chemfs fsck` lists what is affected")
        self.digest = digest


class RegistryDamaged(StoreFailed):
    """masks/registry.json can't be read."""

    def __init__(self, found: str) -> None:
        super().__init__(f"masks/registry.json is damaged ({found}); `chemfs fsck --repair` rebuilds it")


class LogDamaged(StoreFailed):
    """The log has lost lines, so it can't be known what they kept."""

    def __init__(self, found: str) -> None:
        super().__init__(f"log.jsonl is damaged ({found}); `chemfs fsck --repair` writes it anew")


class RefDamaged(StoreFailed):
    """A ref or HEAD holds something else than an identifier."""

    def __init__(self, ref: str, found: str) -> None:
        super().__init__(f"{shown(ref)} is damaged on disk ({found}); `chemfs fsck --repair` restores it from the log")
        self.found = found


def shown(text: str) -> str:
    """A foreign text for one line of a message: quoted, control characters escaped, at most 80 characters."""
    return repr(text if len(text) <= 80 else text[:77] + "...")
