"""A repository with a bit of everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from chemigram_core.operations.refs import create_branch, create_tag
from chemigram_core.operations.save import save_mask, save_xmp
from chemigram_core.repository import Repository
from tests.core.fsck.checking import MAIN, SIDE, SUBJECT, V1
from tests.support.builders import mask, sidecar


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Three states on main, the second with a mask that the third has too; a side branch and a tag on the second."""
    made = Repository.init(tmp_path / "repository")
    save_xmp(made, MAIN, sidecar(0))
    save_mask(made, MAIN, SUBJECT, mask())
    create_branch(made, SIDE)
    create_tag(made, V1)
    save_xmp(made, MAIN, sidecar(2))
    return made
