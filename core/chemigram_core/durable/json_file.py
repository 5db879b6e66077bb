"""A JSON object in a file: read whole, replaced whole. Knows nothing about its keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from chemigram_core.durable.folder import Folder

_LIMIT_BYTES = 64 << 20


def read_object(root: Path, name: str) -> dict[str, Any] | None:
    """The object in a file of the folder `root`, None without the file. Raises ValueError if it is anything else."""
    with suppress(FileNotFoundError), Folder.enter(root) as folder:
        try:
            found = json.loads(folder.read(name, _LIMIT_BYTES))
        except RecursionError as error:
            raise ValueError("it is nested too deeply") from error
        if not isinstance(found, dict):
            raise ValueError("it is not an object")
        return found
    return None


def write_object(root: Path, name: str, value: Mapping[str, Any]) -> None:
    """Replace the file, durable: a line for each key, sorted. Raises OSError."""
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value[key])}" for key in sorted(value))
    with Folder.enter(root) as folder:
        folder.write(name, f"{{\n{lines}\n}}\n".encode())
