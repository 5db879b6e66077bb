"""How fast a mount answers, beside an ordinary folder, bindfs and ratarmount that show the same states.

All are mounted at once and do small batches in turn. A ratio of 2 means: twice as fast as the other; it is the median
over all batches, with the quartiles beside it. `!` marks a goal that isn't reached. The goals hold for --pin; those in
brackets for a kernel that keeps the entries of heads/ and tags/ instead of asking each time.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scripts.bench import peers, trees
from scripts.bench.rows import Goal, Row, rows
from scripts.bench.trees import Tree
from scripts.bench.turns import Turns

_MEMORY = Path("/dev/shm")  # where copies go, so that no disk is measured  # noqa: S108
_PEERS = ("plain", "bindfs", "ratarmount")


def main() -> None:
    """Build, measure and print."""
    options = _options()
    if options.install:
        peers.install()
    if options.pin:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # daemons inherit it
    with tempfile.TemporaryDirectory(dir=options.folder) as name, tempfile.TemporaryDirectory(dir=_MEMORY) as copies:
        built = trees.build(Path(name), options.states)
        table, turns = rows(built["states"], Path(copies)), Turns()
        for _ in range(options.rounds):
            measured = _round(built, Path(name) / "mnt", table, turns, Path(copies))
    _print(table, turns, [peer for peer in _PEERS if peer in measured])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--states", type=int, default=200, help="states of each tree (default 200)")
    parser.add_argument(
        "--rounds", type=int, default=8, help="how often everything is mounted and measured, 2 or more (default 8)"
    )
    parser.add_argument("--pin", action="store_true", help="run the client and all daemons on one CPU")
    parser.add_argument("--install", action="store_true", help="install ratarmount into the user's cache first")
    parser.add_argument("--folder", type=Path, help="where to work (default: the system's temporary folder)")
    return parser.parse_args()


def _round(built: dict[str, Tree], mountpoints: Path, table: list[Row], turns: Turns, copies: Path) -> list[str]:
    """Mount one tree after the other and do its rows; which places were measured."""
    mountpoints.mkdir(exist_ok=True)
    for name, tree in built.items():
        with peers.mounted(tree, mountpoints) as places:
            turns.take_all([row for row in table if row.tree == name], places)
        for copy in copies.iterdir():
            shutil.rmtree(copy)
    return list(places)


def _print(table: list[Row], turns: Turns, others: list[str]) -> None:
    print(f"{'':30} {'ms':>7}" + "".join(f"   {f'over {peer}':<15} {'quartiles':>11}      goal" for peer in others))
    for row in table:
        print(_line(row.name, row.first, turns, others))
        if row.again:
            print(_line(f"{row.name} again", row.again, turns, others))


def _line(name: str, goal: Goal, turns: Turns, others: list[str]) -> str:
    cells = "".join(_cells(name, goal, turns, others))
    return f"{name:30} {turns.milliseconds(name):7.2f}{cells}".rstrip()


def _cells(name: str, goal: Goal, turns: Turns, others: list[str]) -> Iterator[str]:
    for peer in others:
        low, median, high = turns.ratios(name, peer)
        wanted = goal.of(peer)
        mark = "!" if wanted is not None and median < wanted else ""
        stated = "" if wanted is None else f"{wanted:g}"
        kept = f" ({goal.kept:g})" if goal.kept and peer == "bindfs" else ""
        yield f"   {median:8.2f} {mark:6} {low:5.2f} {high:5.2f} {stated + kept:>9}"


if __name__ == "__main__":
    main()
