"""Where real sidecars may be; without them their tests are not there either."""

from __future__ import annotations

from pathlib import Path

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"

collect_ignore = [] if CORPUS.is_dir() else ["test_corpus.py"]
