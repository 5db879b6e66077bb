"""The errors of the command line itself, one class per condition. Each message is one line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chemigram_core.errors import Refused, shown

if TYPE_CHECKING:
    from chemigram_core.names import MaskName


class WrongUsage(Exception):
    """The arguments are valid one by one, but not together."""


class UnreadableInput(Refused):
    """A file that was named can't be read."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(f"can't read {shown(str(path))}: {error.strerror}")


class UnusableInput(Refused):
    """A file that was named is not of the kind that is needed."""

    def __init__(self, path: Path, error: Refused) -> None:
        super().__init__(f"{path}: {error}")


class TargetNotAFolder(Refused):
    """A folder can't be written because something else is there."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"not a folder: {shown(str(path))}; choose another destination")


class InsideMount(Refused):
    """A path inside a mount was given where the files on disk are needed."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"inside a chemfs mount: {shown(str(path))}; use the folder that is mounted there")


class NeedsFolder(Refused):
    """Several canonical files can't all go to stdout."""

    def __init__(self) -> None:
        super().__init__("several files can't be written to standard output; add `--into DIRECTORY`")


class SameNames(Refused):
    """Files from several folders can't be written to one under the same name."""

    def __init__(self) -> None:
        super().__init__("two of the files have the same name; write each to its own `--into DIRECTORY`")


class NothingTagged(Refused):
    """Some images of a library can't be tagged, so none was."""

    def __init__(self, failed: int, images: int) -> None:
        hint = "see above; choose another tag, or exclude them with --only"
        super().__init__(f"nothing tagged: {failed} of {images} images can't be tagged ({hint})")


class GivenTwice(Refused):
    """One mask was given two pictures, or two origins."""

    def __init__(self, name: MaskName) -> None:
        super().__init__(f"mask given twice: {shown(name)}; give it once")
