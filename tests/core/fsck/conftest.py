"""A repository with a bit of everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from chemigram_core import branching, saving
from chemigram_core.repository import Repository
from tests.builders import mask, sidecar
from tests.core.fsck.checking import MAIN, SIDE, SUBJECT, V1


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Three states on main, the second with a mask that the third has too; a side branch and a tag on the second."""
    made = Repository.init(tmp_path / "repository")
    saving.save_xmp(made, MAIN, sidecar(0))
    saving.save_mask(made, MAIN, SUBJECT, mask())
    branching.create_branch(made, SIDE)
    branching.create_tag(made, V1)
    saving.save_xmp(made, MAIN, sidecar(2))
    return made
