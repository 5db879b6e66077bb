"""Problems of an image that need attention. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chemigram_core.image.errors import ImageNotFollowed
from chemigram_core.problem_kind import EDITED_IN_BOTH, ProblemKind


class Kind(ProblemKind):
    """Kinds, in the order in which they are reported; each has a word for programs, and says what to do."""

    DAMAGED = "damaged", "check it with `chemfs fsck`, and repair it with `chemfs fsck --repair`"
    UNREADABLE = "unreadable", "change the permissions (chmod), or run this as the owner"
    ANOTHER_USERS = "another-users", ImageNotFollowed.advice
    IMAGE_MISSING = (
        "image-missing",
        "plug in its drive, or record its new path with `chemfs relink`: REPO FILE, or LIBRARY FOLDER for many",
    )
    REJECTED = "rejected", "look at the file in rejected/, save it again if you want it, and then remove it there"
    HISTORY_LOST = (
        "history-lost",
        "if you did not mean to, restore the state before it with `chemfs restore`; `chemfs log` shows it",
    )
    EDITED_IN_BOTH = EDITED_IN_BOTH
    NUMBER_TAKEN_OVER = (
        "number-taken-over",
        "both branches are kept; open the folder in darktable again to see both",
    )
    HIDDEN_SIDECAR = (
        "hidden-sidecar",
        "its file in roll/ was removed; the branch is kept, and reappears there after its next save",
    )
    NUMBER_0_MOVED = (
        "number-0-moved",
        "open the folder in darktable again before you edit: darktable still has the old branch there",
    )
    NEAR_NAME = "near-name", "it is not versioned: only image.xmp and the image's full name with .xmp are the sidecar"
    UNVERSIONED_DUPLICATE = (
        "unversioned-duplicate",
        "save it on a branch of its own with `chemfs snapshot --branch`, and remove it there",
    )
    NO_STATE = "no-state", "nothing has been saved yet; edit it in darktable, or save a sidecar with `chemfs snapshot`"


@dataclass(frozen=True, slots=True)
class Attention:
    """One problem: its kind, its description, and the values for programs, under the log's keys."""

    kind: Kind
    says: str
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def advice(self) -> str:
        """What to do."""
        return self.kind.advice

    def to_json(self) -> dict[str, str]:
        """The same for programs."""
        return self.kind.described(self.says, self.details)
