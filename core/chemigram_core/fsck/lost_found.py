"""lost+found/: where repair puts what is in the way. Nothing is ever removed from it but by people."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from chemigram_core.folder import Folder
from chemigram_core.names import tail

FOLDER = "lost+found"
_PATH_BYTES = 200


def set_aside(root: Path, path: str) -> str:
    """Move what is at `path`, whatever it is, to lost+found/ and tell its path there. Raises OSError."""
    *folders, name = path.split("/")
    aside = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{token_hex(2)}-{tail(path.replace('/', '-'), _PATH_BYTES)}"
    with Folder.enter(root, *folders) as source, Folder.make(root, FOLDER) as target:
        os.rename(name, aside, src_dir_fd=source.descriptor, dst_dir_fd=target.descriptor)
        target.sync()
        source.sync()
    return f"{FOLDER}/{aside}"
