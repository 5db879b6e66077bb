"""What of an image needs a person's attention. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Kind(Enum):
    """Kinds, in the order in which they are reported; the value is the word for programs."""

    DAMAGED = "damaged"
    UNREADABLE = "unreadable"
    IMAGE_MISSING = "image-missing"
    REJECTED = "rejected"
    HISTORY_LOST = "history-lost"
    EDITED_IN_BOTH = "edited-in-both"
    NUMBER_TAKEN_OVER = "number-taken-over"
    HIDDEN_SIDECAR = "hidden-sidecar"
    NUMBER_0_MOVED = "number-0-moved"
    NEAR_NAME = "near-name"
    UNVERSIONED_DUPLICATE = "unversioned-duplicate"
    NO_STATE = "no-state"


_ADVICE = {
    Kind.DAMAGED: "see what is wrong with `chemfs fsck`, and repair it with `chemfs fsck --repair`",
    Kind.UNREADABLE: "change the permissions (chmod), or run this as the owner",
    Kind.IMAGE_MISSING: "plug in its drive, or record its new place with `chemfs relink REPO FILE`",
    Kind.REJECTED: "look at the file in rejected/, save it again if it is wanted, and then remove it there",
    Kind.HISTORY_LOST: "unless it was meant, restore the state before it with `chemfs restore`; `chemfs log` shows it",
    Kind.EDITED_IN_BOTH: "both edits are kept, see `chemfs log`; restore the one that you want, or go on from this one",
    Kind.NUMBER_TAKEN_OVER: "both branches are kept; open the folder in darktable again, for it to see both",
    Kind.HIDDEN_SIDECAR: "its file in roll/ was removed; the branch is kept, and shows there after its next save",
    Kind.NUMBER_0_MOVED: "open the folder in darktable again before you edit: it still has the old branch there",
    Kind.NEAR_NAME: "it is not versioned: only image.xmp and the image's full name with .xmp are the sidecar",
    Kind.UNVERSIONED_DUPLICATE: "save it on a branch of its own with `chemfs snapshot --branch`, and remove it there",
    Kind.NO_STATE: "nothing was saved yet; edit it in darktable, or save a sidecar with `chemfs snapshot`",
}


@dataclass(frozen=True, slots=True)
class Attention:
    """One problem: its kind, its description, and the values for programs, under the log's keys."""

    kind: Kind
    says: str
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def advice(self) -> str:
        """What to do."""
        return _ADVICE[self.kind]

    def to_json(self) -> dict[str, str]:
        """The same for programs."""
        return {"kind": self.kind.value, "says": self.says, "advice": self.advice, **self.details}
