"""The permission bits of new files and folders of a repository. Knows no repository."""

from __future__ import annotations

_withheld = 0


def withhold(bits: int) -> None:
    """Clear these bits in the modes of files and folders created from now on, as umask(2) does.

    For a process whose umask has to be 0: a mount creates other programs' files with the modes that they asked for.
    """
    global _withheld  # noqa: PLW0603 - one for each process, like the umask
    _withheld = bits


def permitted(mode: int) -> int:
    """The bits of a mode that are not withheld; the system also clears those of the umask."""
    return mode & ~_withheld
