"""What a path in the mount of one repository means: text -> Place, the whole layout on one screen. Pure.

    HEAD  log.jsonl  README.txt
    heads/<branch>/...  tags/<tag>/...  snapshots/<id>/...  history/<branch>/<day>/<time>-<id>/...
    compare/<A>..<B>/...  rejected/<file>

and in each state: image.xmp, masks/<name>.png, <IMG.EXT>, <IMG.EXT>.xmp.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from chemigram_core.errors import InvalidName
from chemigram_core.image import Image
from chemigram_core.layout import MASK_FOLDER, XMP_FILE
from chemigram_core.names import BranchName, MaskName, RefName, TagName

Parts = tuple[str, ...]
_MASK_SUFFIX = ".png"


@dataclass(frozen=True, slots=True)
class Top:
    """The repository's own folder."""


@dataclass(frozen=True, slots=True)
class HeadLink:
    """HEAD, a symlink to where it stands."""


@dataclass(frozen=True, slots=True)
class LogFile:
    """log.jsonl."""


@dataclass(frozen=True, slots=True)
class ReadmeFile:
    """README.txt, the mount explained."""


@dataclass(frozen=True, slots=True)
class InRefs:
    """heads/ or tags/ and below; names have slashes, so only the refs that exist tell where a state begins."""

    kind: type[RefName]
    parts: Parts


@dataclass(frozen=True, slots=True)
class SnapshotList:
    """snapshots/."""


@dataclass(frozen=True, slots=True)
class InSnapshot:
    """snapshots/<id>/ and below; `prefix` is an identifier or the start of one."""

    prefix: str
    inside: Parts


@dataclass(frozen=True, slots=True)
class InHistory:
    """history/ and below; only the log tells where a branch's name ends."""

    parts: Parts


@dataclass(frozen=True, slots=True)
class InComparison:
    """compare/ and below; only the refs tell where `<A>..<B>` ends."""

    parts: Parts


@dataclass(frozen=True, slots=True)
class RejectedList:
    """rejected/."""


@dataclass(frozen=True, slots=True)
class RejectedFile:
    """A refused save or the page that says why."""

    name: str


@dataclass(frozen=True, slots=True)
class Nowhere:
    """A name at the top that the layout doesn't have."""

    parts: Parts


Fixed = Top | HeadLink | LogFile | ReadmeFile | SnapshotList | RejectedList | RejectedFile
Place = Fixed | InRefs | InSnapshot | InHistory | InComparison | Nowhere

HEADS, TAGS, SNAPSHOTS, REJECTED = "heads", "tags", "snapshots", "rejected"
HISTORY, COMPARE = "history", "compare"
HEAD, LOG, README = "HEAD", "log.jsonl", "README.txt"


def split(path: str) -> Parts:
    """The parts of an absolute path as the kernel gives it; `/` has none."""
    return tuple(path.split("/")[1:]) if path != "/" else ()


@lru_cache(maxsize=4096)
def parse(parts: Parts) -> Place:
    """The place that `parts` below the repository's folder mean."""
    match parts:
        case ():
            return Top()
        case ("HEAD",):
            return HeadLink()
        case ("log.jsonl",):
            return LogFile()
        case ("README.txt",):
            return ReadmeFile()
        case ("heads", *rest):
            return InRefs(BranchName, tuple(rest))
        case ("tags", *rest):
            return InRefs(TagName, tuple(rest))
        case ("snapshots",):
            return SnapshotList()
        case ("snapshots", prefix, *inside):
            return InSnapshot(prefix, tuple(inside))
        case ("history", *rest):
            return InHistory(tuple(rest))
        case ("compare", *rest):
            return InComparison(tuple(rest))
        case ("rejected",):
            return RejectedList()
        case ("rejected", name):
            return RejectedFile(name)
        case _:
            return Nowhere(parts)


def keeps_seconds(parts: Parts) -> float:
    """How long the kernel may believe what it was told of a place, without asking again."""
    match parts:
        case ("snapshots", _, _, *_):
            return 3600.0  # never changes
        case ("heads", _, _, *_):
            return 0.0  # each save is seen at once
        case _:
            return 1.0  # what others do is seen within a second


@dataclass(frozen=True, slots=True)
class StateFolder:
    """A state's own folder."""


@dataclass(frozen=True, slots=True)
class XmpFile:
    """image.xmp."""


@dataclass(frozen=True, slots=True)
class SidecarFile:
    """<IMG.EXT>.xmp: the same XMP again, under the name that darktable looks for beside the image."""


@dataclass(frozen=True, slots=True)
class MaskFolder:
    """masks/."""


@dataclass(frozen=True, slots=True)
class MaskFile:
    """masks/<name>.png."""

    name: MaskName


@dataclass(frozen=True, slots=True)
class ImageFile:
    """The image itself."""


@dataclass(frozen=True, slots=True)
class OtherFile:
    """A name that is no part of a state: scratch in a branch, nothing elsewhere."""

    parts: Parts


Inside = StateFolder | XmpFile | SidecarFile | MaskFolder | MaskFile | ImageFile | OtherFile
Tracked = XmpFile | SidecarFile | MaskFile


def parse_inside(parts: Parts, image: Image | None) -> Inside:
    """What `parts` below a state's folder mean."""
    if image is not None and len(parts) == 1:
        if parts[0] == image.sidecar_name:
            return SidecarFile()
        if parts[0] == image.name:
            return ImageFile()
    match parts:
        case ():
            return StateFolder()
        case (name,) if name == XMP_FILE:
            return XmpFile()
        case (name,) if name == MASK_FOLDER:
            return MaskFolder()
        case (folder, file) if folder == MASK_FOLDER and file.endswith(_MASK_SUFFIX):
            with suppress(InvalidName):
                return MaskFile(MaskName.parse(file.removesuffix(_MASK_SUFFIX)))
    return OtherFile(parts)
