"""What a view of files can answer besides yes, in words; `errnos` has the numbers."""

from __future__ import annotations

from chemigram_core.errors import ChemigramError, shown


class Condition(ChemigramError):
    """An operation on a path can't be done."""

    says = "can't be done"

    def __init__(self, path: str) -> None:
        super().__init__(f"{shown(path)} {self.says}")


class NotFound(Condition):
    """Nothing has that name."""

    says = "doesn't exist"


class AlreadyThere(Condition):
    """Something has that name."""

    says = "exists already"


class ReadOnly(Condition):
    """The past, and everything but heads/, takes no writes."""

    says = "is read-only: only heads/ takes writes"


class Replaced(Condition):
    """Other bytes have taken a file's name since it was looked up: looking it up again finds them."""

    says = "was replaced meanwhile"


class NotPermitted(Condition):
    """The image and the fixed names of a repository can't be removed or renamed; devices and the like can't be made."""

    says = "can't be made, moved or removed"


class NotAFolder(Condition):
    """A folder was needed."""

    says = "is no folder"


class IsAFolder(Condition):
    """A file was needed."""

    says = "is a folder"


class NotALink(Condition):
    """A symlink was needed."""

    says = "is no link"


class NotEmpty(Condition):
    """A folder still holds something."""

    says = "is not empty"


class OtherBranch(Condition):
    """A rename would cross from one branch, or one repository, to another: programs copy instead."""

    says = "is on another branch"


class NoSuchAttribute(Condition):
    """A file has no extended attribute of that name."""

    says = "has no such attribute"


class Unsupported(Condition):
    """The operation has no meaning there."""

    says = "doesn't support this"


class TooLarge(Condition):
    """A file of a state would have more bytes than any valid one."""

    says = "would be larger than any valid file of its kind"


class NotALinkTarget(Condition):
    """A link at that place must lead to a state: snapshots/<id>, heads/<branch> or tags/<tag>."""

    says = "must lead to a state: snapshots/<id>, heads/<branch> or tags/<tag>"
