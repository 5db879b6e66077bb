"""Open branches of a mount in the real darktable, quit it, and print what that saved: a line for each sidecar.

    python -m scripts.openings [FOLDER]...

Each XMP is the only state of a branch of its own. Without a FOLDER of XMPs the sidecars are those of the tests, in the
shapes of all versions of darktable and of other programs. A snapshot means that darktable changed the edit: the line
says what. The exit code is 1 if darktable did not write a sidecar.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from tests.support.old_sidecars import SIDECARS
from tests.support.openings import Opening, openings
from tests.support.screen import new_screen

AT_ONCE = 100


def main() -> int:
    paths = [path for folder in sys.argv[1:] for path in sorted(Path(folder).glob("*.xmp"))]
    sidecars = {f"{path.parent.name}-{path.stem}": path.read_bytes() for path in paths} or SIDECARS
    found = [opening for batch in batches(sidecars) for opening in opened(batch)]
    width = max(map(len, sidecars))
    print(f"{'sidecar':<{width}}  writes  snapshots  changed by darktable")
    for opening in found:
        print(f"{opening.name:<{width}}  {opening.writes:>6}  {opening.snapshots:>9}  {opening.change}")
    print(summary(found))
    return 0 if all(opening.writes for opening in found) else 1


def batches(sidecars: Mapping[str, bytes]) -> Iterator[dict[str, bytes]]:
    """As many at once as one user may watch folders (fs.inotify.max_user_instances is 128)."""
    names = iter(sidecars)
    while batch := list(islice(names, AT_ONCE)):
        yield {name: sidecars[name] for name in batch}


def opened(sidecars: Mapping[str, bytes]) -> list[Opening]:
    with tempfile.TemporaryDirectory(prefix="openings-") as folder, new_screen() as screen:
        return openings(screen, sidecars, Path(folder))


def summary(found: list[Opening]) -> str:
    changed = sum(bool(opening.snapshots) for opening in found)
    writes = sum(opening.writes for opening in found)
    return (
        f"{len(found)} branches opened, {writes} writes, {len(found) - changed} without a snapshot, {changed} changed"
    )


if __name__ == "__main__":
    sys.exit(main())
