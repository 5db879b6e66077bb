"""Problems in a shoot that need attention. Values only."""

from __future__ import annotations

from dataclasses import dataclass

from chemigram_core.problem_kind import EDITED_IN_BOTH, ProblemKind


class Kind(ProblemKind):
    """Kinds of problems; each has a word for programs, and says what to do."""

    NO_IMAGE = "no-image", "put the image beside it, or remove it if the image is gone"
    FOREIGN = (
        "foreign-sidecar",
        "written by a program other than darktable; save it with `chemfs snapshot REPO FILE` if you want it",
    )
    BROKEN = "broken-sidecar", "open the image in darktable, which rewrites its sidecar, or restore it from a backup"
    UNREADABLE = "unreadable", "change the permissions, or restore the file, and import again"
    LINKED_FOLDER = "linked-folder", "links are not followed; import the folder that it leads to"
    NOT_A_FILE = "not-a-file", "put an ordinary file there, or rename it"
    UNUSABLE_NAME = "unusable-name", "rename the image together with its sidecars, and import again"
    INSIDE_MOUNT = "inside-mount", "it leads into a chemfs mount; put the image itself there, or a link to it"
    IN_THE_WAY = "in-the-way", "rename it, or restore the repository, and import again"
    OTHER_IMAGE = "other-image", "rename one of the two images together with its sidecars, and import again"
    MISSING_MASKS = "missing-masks", "save them with `chemfs snapshot REPO XMP --mask NAME=PNG`"
    EDITED_IN_BOTH = EDITED_IN_BOTH
    NOT_SAVED = "not-saved", "check the repository with `chemfs fsck`, and import again"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: the path of the file or folder, and its description."""

    kind: Kind
    path: str
    says: str

    @property
    def advice(self) -> str:
        """What to do."""
        return self.kind.advice

    def to_json(self) -> dict[str, str]:
        """The problem for programs."""
        return self.kind.described(self.says, {"path": self.path})
