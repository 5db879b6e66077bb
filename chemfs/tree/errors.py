"""The errors of operations on a path; `errnos` has their numbers."""

from __future__ import annotations

from chemigram_core.errors import ChemigramError, shown


class Condition(ChemigramError):
    """An operation on a path failed. Most are answered with a number, so the message is made when it is read."""

    says = "not possible"

    def __str__(self) -> str:
        return f"{self.says}: {shown(str(self.args[0]))}"


class NotFound(Condition):
    """Nothing has that name."""

    says = "no such file or folder"


class AlreadyThere(Condition):
    """Something has that name."""

    says = "already exists"


class ReadOnly(Condition):
    """The path is outside heads/ and roll/, the only writable folders."""

    says = "read-only (only heads/ and roll/ are writable)"


class Replaced(Condition):
    """Another file has taken the name since it was looked up; a new look-up finds it."""

    says = "replaced meanwhile"


class NotPermitted(Condition):
    """The image and the fixed names of a repository can't be removed or renamed; devices and the like can't be made."""

    says = "can't be made, moved or removed"


class NotAFolder(Condition):
    """A folder was needed."""

    says = "not a folder"


class IsAFolder(Condition):
    """A file was needed."""

    says = "is a folder, not a file"


class NotALink(Condition):
    """A symlink was needed."""

    says = "not a symlink"


class NotEmpty(Condition):
    """A folder still holds something."""

    says = "folder is not empty"


class OtherBranch(Condition):
    """A rename would cross from one branch or repository to another; programs then copy instead."""

    says = "on another branch"


class NoSuchAttribute(Condition):
    """A file has no extended attribute of that name."""

    says = "no such attribute"


class Unsupported(Condition):
    """The operation has no meaning there."""

    says = "not supported"


class TooLarge(Condition):
    """A file of a state would have more bytes than any valid one."""

    says = "larger than any valid file of its kind"


class NotAMask(Condition):
    """A name in masks/ that looks like a mask's but can't be one, because of its format or another rule of names."""

    says = "not the name of a mask (masks/<name>.png)"


class NotALinkTarget(Condition):
    """A link at that place must lead to a state: snapshots/<id>, heads/<branch> or tags/<tag>."""

    says = "a link here must lead to a state (snapshots/<id>, heads/<branch> or tags/<tag>)"
