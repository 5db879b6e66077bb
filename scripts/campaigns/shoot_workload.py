"""What the import campaign traces and kills: one import.

python -m scripts.campaigns.shoot_workload SHOOT LIBRARY (synced | nothing-synced)
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from unittest.mock import patch

from chemigram_core.durable import filesystem
from chemigram_core.shoot.importer import import_shoot


def main() -> None:
    """Import."""
    source, library, durability = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    if durability == "synced":
        import_shoot(source, library)
        return
    with patch.object(os, "fsync", lambda _: None), patch.object(filesystem, "_syncfs", lambda _: 0):
        import_shoot(source, library)


if __name__ == "__main__":
    main()
