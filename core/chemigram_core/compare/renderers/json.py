"""A changeset as JSON: the canonical, stable form, for programs. Omits only empty fields."""

from __future__ import annotations

import json

from chemigram_core.compare.node import Changeset


def as_json(changeset: Changeset) -> str:
    """The changeset as text: keys sorted, two spaces of indent, a line feed at the end."""
    return json.dumps(changeset.to_json(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
