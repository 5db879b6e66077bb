"""A JSON object in a small file, replaced atomically. Knows nothing about its keys."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chemigram_core.durable import beneath
from chemigram_core.durable.folder import Folder
from chemigram_core.errors import CannotBeLogged

_MOST_BYTES = 1 << 16  # that most files have: a buffer for the limit would be mapped and unmapped for each
LIMIT_BYTES = 1 << 20  # about 7,000 folders of a library; a parsed file takes thirty times as much memory


def read_object(root: Path, name: str) -> dict[str, Any] | None:
    """The object in a file of the folder `root`, None without the file. Raises ValueError if it is anything else."""
    try:
        descriptor = beneath.open_file(root, name)
    except FileNotFoundError:
        return None
    try:
        data = os.pread(descriptor, _MOST_BYTES, 0)
        return _parsed(data if len(data) < _MOST_BYTES else os.pread(descriptor, LIMIT_BYTES + 1, 0))
    finally:
        os.close(descriptor)


def _parsed(data: bytes) -> dict[str, Any]:
    if len(data) > LIMIT_BYTES:
        raise ValueError(f"beyond the limit of {LIMIT_BYTES} bytes")
    try:
        found = json.loads(data)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(found, dict):
        raise ValueError("it is not an object")
    return found


def write_object(root: Path, name: str, value: Mapping[str, Any]) -> None:
    """Replace the file, durable: a line for each key, sorted. Raises CannotBeLogged beyond the limit, OSError."""
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value[key])}" for key in sorted(value))
    data = f"{{\n{lines}\n}}\n".encode()
    if len(data) > LIMIT_BYTES:
        raise CannotBeLogged(f"{name} would have {len(data)} bytes, and the limit is {LIMIT_BYTES}")
    with Folder.enter(root) as folder:
        folder.write(name, data)
