"""How a mount's background work reports a repository that it can't work on."""

from __future__ import annotations

from pathlib import Path

import pytest

from chemfs.tree.tree import Tree
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.support.builders import sidecar


def test_damaged_repository_is_logged_in_one_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    repository = Repository.init(tmp_path / "repository")
    save_xmp(repository, MAIN, sidecar(1))
    drafts = repository.root / "scratch" / ".drafts"
    drafts.mkdir(parents=True)
    (drafts / "0123456789abcdef-main-image.xmp").write_bytes(sidecar(2))
    (repository.root / "rejected").symlink_to(tmp_path)
    tree = Tree(repository.root)
    tree.start()
    tree.stop()
    (record,) = caplog.records
    assert record.exc_info is None
    assert "it stays at" in record.getMessage()
