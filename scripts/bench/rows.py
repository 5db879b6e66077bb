"""The rows of the table: a task, its goals, and the paths of each of its batches.

A batch that is marked `first` has names that the kernel and the daemon haven't seen: every round mounts again, and no
two tasks share a state. (Dropping the kernel's caches instead would leave the daemon's full, empty those of the disk
below all mounts, and need root.) `again` is the same batch once more, at once. Refs were looked at before, longer ago
than a kernel keeps an entry by default. Walks leave drawn/ out, since looking into it parses the XMP; one row has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.bench import accesses
from scripts.bench.trees import BRANCHES, MASK, TAGS, Tree

XMP = "image.xmp"
BATCHES = 2
_REPEATS = 80  # of a branch's XMP in a batch
_MASK_FILE = f"masks/{MASK}.png"


@dataclass(frozen=True, slots=True)
class Goal:
    """How many times as fast as a peer; `kept`: where the kernel keeps the entries of heads/ and tags/."""

    bindfs: float | None = None
    ratarmount: float | None = 1.0
    kept: float | None = None

    def of(self, peer: str) -> float | None:
        """The goal over a peer."""
        return {"bindfs": self.bindfs, "ratarmount": self.ratarmount}.get(peer)


@dataclass(frozen=True, slots=True)
class Row:
    """A task; `again` has the goals of its repetition where that is a row, too."""

    name: str
    access: Callable[[Sequence[str]], None]
    batches: Sequence[Sequence[str]]  # paths below the mountpoint
    first: Goal
    again: Goal | None = None
    tree: str = "states"  # which one it is done in
    seen: bool = False  # looked at before it is timed


def rows(states: Tree, scratch: Path) -> list[Row]:
    """All rows; what is copied goes into `scratch`."""
    *many, large = [f"snapshots/{digest}" for digest in states.snapshots]
    stat, missing, xmp, mask = _quarters(many)
    heads = [[f"heads/{branch}/{XMP}"] * _REPEATS for branch in BRANCHES]
    tags = [f"tags/{tag}" for tag in TAGS]
    no_goal = Goal(ratarmount=None)
    return [
        Row("stat", accesses.stat, _batches(stat, XMP), Goal(0.5), no_goal),
        Row("stat of a missing name", accesses.stat_missing, _batches(missing, "nothing"), Goal(0.7), Goal(4)),
        Row("open+read XMP", accesses.read, _batches(xmp, XMP), Goal(0.4), Goal(1)),
        Row("open+read mask", accesses.read, _batches(mask, _MASK_FILE), Goal(0.6), Goal()),
        Row("find", accesses.find, [["snapshots"]], Goal(0.5), Goal(1.1), tree="find"),
        Row("ls -lR", accesses.list_all, [["snapshots"]], Goal(0.75), Goal(1.8), tree="list"),
        Row("cp -r", accesses.copy, [["snapshots", str(scratch)]], Goal(0.85), tree="copy"),
        Row("find with drawn/", accesses.find_drawn, [["snapshots"]], no_goal, tree="drawn"),
        Row("stat a branch", accesses.stat, heads[::2], Goal(0.15, kept=1.5), no_goal, seen=True),
        Row("open+read a branch", accesses.read, heads[1::2], Goal(0.6, kept=0.9), Goal(), seen=True),
        Row("stat tags", accesses.stat, _batches(tags[::2], XMP), Goal(0.5, kept=4), no_goal, seen=True),
        Row("open+read tags", accesses.read, _batches(tags[1::2], XMP), Goal(0.6, kept=0.9), Goal(), seen=True),
        Row("200 MB mask", accesses.read, [[f"{large}/{_MASK_FILE}"]], Goal()),
    ]


def _quarters(folders: list[str]) -> Iterator[list[str]]:
    size = len(folders) // 4
    return (folders[start : start + size] for start in range(0, 4 * size, size))


def _batches(folders: list[str], name: str) -> list[list[str]]:
    """A file in each of the folders, in batches."""
    return [[f"{folder}/{name}" for folder in folders[start::BATCHES]] for start in range(BATCHES)]
