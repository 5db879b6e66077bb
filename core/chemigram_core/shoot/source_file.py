"""source.json of a repository: the edit last taken from, or restored to, each sidecar in the shoot.

Its information is also in the log and the sidecars, but this file saves reading them: if lost or damaged, it is
rebuilt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from chemigram_core.digest import Digest
from chemigram_core.durable.json_file import read_object, write_object
from chemigram_core.errors import Refused, StoreFailed
from chemigram_core.names import BranchName

FILE_NAME = "source.json"


@dataclass(frozen=True, slots=True)
class Source:
    """The state last taken from a sidecar.

    branch: where it went, by its name at that time; hash: the state that it became; edit: its identity as it was in the
    file; sha256: of the file's bytes; taken: when, ISO 8601 in UTC. over: the state of the branch that it was put
    over, if that was another than the one taken before: the image was edited in both places.
    """

    branch: BranchName
    hash: Digest
    edit: Digest
    sha256: Digest
    taken: str
    over: Digest | None = None

    @classmethod
    def parse(cls, found: Mapping[str, Any]) -> Self:
        """The JSON form. Raises KeyError, TypeError, Refused."""
        over = found.get("over")
        state, edit, sha256 = (Digest(found[key]) for key in ("hash", "edit", "sha256"))
        known = None if over is None else Digest(over)
        return cls(BranchName(found["branch"]), state, edit, sha256, str(found["taken"]), known)

    def to_json(self) -> dict[str, str]:
        """The JSON form; keys without a value are left out."""
        known = {"branch": self.branch, "hash": self.hash, "edit": self.edit, "sha256": self.sha256}
        return known | {"taken": self.taken} | ({} if self.over is None else {"over": self.over})


def read_sources(root: Path) -> dict[str, Source]:
    """The sources of the repository at `root` by the names of their files. Raises OSError."""
    try:
        found = read_object(root, FILE_NAME) or {}
        return {name: Source.parse(entry) for name, entry in found.items()}
    except (ValueError, KeyError, TypeError, AttributeError, Refused, StoreFailed):
        return {}


def write_sources(root: Path, sources: Mapping[str, Source]) -> None:
    """Write them, if they have changed. For the holder of the repository's lock. Raises OSError."""
    if sources != read_sources(root):
        write_object(root, FILE_NAME, {name: source.to_json() for name, source in sources.items()})
