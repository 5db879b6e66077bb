"""What in a shoot needs a person's attention. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """Kinds of problems; the value is the word for programs."""

    NO_IMAGE = "no-image"
    FOREIGN = "foreign-sidecar"
    BROKEN = "broken-sidecar"
    UNREADABLE = "unreadable"
    LINKED_FOLDER = "linked-folder"
    NOT_A_FILE = "not-a-file"
    UNUSABLE_NAME = "unusable-name"
    INSIDE_MOUNT = "inside-mount"
    IN_THE_WAY = "in-the-way"
    OTHER_IMAGE = "other-image"
    MISSING_MASKS = "missing-masks"
    EDITED_TWICE = "edited-in-both"
    NOT_SAVED = "not-saved"


_ADVICE = {
    Kind.NO_IMAGE: "put the image beside it, or remove it if the image is gone",
    Kind.FOREIGN: "written by another program than darktable; `chemfs snapshot REPO FILE` saves it on purpose",
    Kind.BROKEN: "open the image in darktable, which writes its sidecar anew, or restore it from a backup",
    Kind.UNREADABLE: "change the permissions, or restore the file, and import again",
    Kind.LINKED_FOLDER: "links are not followed; import the folder that it leads to",
    Kind.NOT_A_FILE: "put an ordinary file there, or rename it",
    Kind.UNUSABLE_NAME: "rename the image together with its sidecars, and import again",
    Kind.INSIDE_MOUNT: "it leads into a mount of chemfs; put the image itself there, or a link to it",
    Kind.IN_THE_WAY: "rename it, or restore the repository, and import again",
    Kind.OTHER_IMAGE: "rename one of the two images together with its sidecars, and import again",
    Kind.MISSING_MASKS: "save them with `chemfs snapshot REPO XMP --mask NAME=PNG`",
    Kind.EDITED_TWICE: "both edits are kept, see `chemfs log`; restore the one that you want, or go on from this one",
    Kind.NOT_SAVED: "look at the repository with `chemfs fsck`, and import again",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: the path of the file or folder, and its description."""

    kind: Kind
    path: str
    says: str

    @property
    def advice(self) -> str:
        """What to do."""
        return _ADVICE[self.kind]

    def to_json(self) -> dict[str, str]:
        """The problem for programs."""
        return {"kind": self.kind.value, "path": self.path, "says": self.says, "advice": self.advice}
