"""The permission bits that new files and folders of a repository have. Knows no repository."""

from __future__ import annotations

_withheld = 0


def withhold(bits: int) -> None:
    """Take these bits off whatever is made from now on, as umask(2) does.

    For a process whose own umask has to be 0: a mount makes other programs' files with the modes that they asked for.
    """
    global _withheld  # noqa: PLW0603 - one for the process, as the umask is
    _withheld = bits


def permitted(mode: int) -> int:
    """The bits of a mode that are not withheld; the system takes the umask's off, too."""
    return mode & ~_withheld
