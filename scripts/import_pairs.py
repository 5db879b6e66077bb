"""Import sidecars of all versions with a real darktable, and keep each beside what darktable made of it.

    python -m scripts.import_pairs [ROOT]

Writes tests/core/xmp/imports/NAME.xmp and tests/core/xmp/imports/VERSION/NAME.xmp, of which tests say for each pair
whether it is one edit. ROOT is the folder of another system, for chroot, whose darktable is to be taken.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from tests.support.imports import Installed, imported
from tests.support.old_sidecars import SIDECARS
from tests.support.screen import new_screen

PAIRS = Path(__file__).parents[1] / "tests" / "core" / "xmp" / "imports"
_OF_THE_DAY = re.compile(
    rb"\n *(?:darktable:import_timestamp|xmpMM:DerivedFrom|darktable:history_[a-z]+_hash)=\"[^\"]*\""
)


def main() -> None:
    installed = Installed(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("/"))
    made = PAIRS / installed.version()
    made.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=installed.root / "tmp") as work, new_screen() as screen:
        results = imported(screen, SIDECARS, Path(work), installed)
    for name, data in results.items():
        file = f"{name.replace(', ', '.').replace(' ', '-')}.xmp"
        (PAIRS / file).write_bytes(SIDECARS[name])
        (made / file).write_bytes(_OF_THE_DAY.sub(b"", data))
    print(f"{len(results)} sidecars imported by darktable {made.name}")


if __name__ == "__main__":
    main()
