"""Output for programs: one JSON document. Knows no repository."""

from __future__ import annotations

import json
from typing import Any


def print_json(value: Any) -> None:
    """Print `value` as JSON, indented, with every character as itself."""
    print(json.dumps(value, ensure_ascii=False, indent=2))
