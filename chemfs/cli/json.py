"""Output for programs: one JSON document. Knows no repository."""

from __future__ import annotations

import json
from typing import Any

from chemfs.cli.text import json_escaped


def print_json(value: Any) -> None:
    """Print `value` as JSON, indented; every character is itself, but for those that a terminal must not get."""
    print(json_escaped(json.dumps(value, ensure_ascii=False, indent=2)))
