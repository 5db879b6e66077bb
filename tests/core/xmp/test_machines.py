"""The same identities on every Python, in every locale, with every hash seed: the conformance set, elsewhere.

`scripts/try-pythons` makes environments (`.venv-3.13` …) for the other interpreters of a machine; those are found here.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SET = Path(__file__).parent / "conformance"
PYTHONS = [sys.executable, *sorted(map(str, ROOT.glob(".venv-*/bin/python")))]
SETTINGS = {
    "plain": {"LC_ALL": "C", "PYTHONUTF8": "0"},
    "utf-8": {"LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"},
    "turkish": {"LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "2"},
    "german": {"LC_ALL": "de_DE.ISO-8859-1", "PYTHONHASHSEED": "4294967295", "TZ": "Pacific/Apia"},
}
PROGRAM = """
import json, locale, pathlib, sys
try:
    locale.setlocale(locale.LC_ALL, "")
except locale.Error:
    pass  # a locale that this machine has not
from chemigram_core.sidecar import parse
names = {path: path.name.split(".")[0] for path in pathlib.Path(sys.argv[1]).glob("*.xmp")}
documents = [(name, parse(path.read_bytes())) for path, name in names.items()]
print(json.dumps(sorted({(name, document.digest, document.edit_digest) for name, document in documents})))
"""


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("python", PYTHONS)
def test_identities_are_the_same_elsewhere(python: str, settings: str) -> None:
    environment = {**SETTINGS[settings], "PYTHONPATH": str(ROOT / "core")}
    run = subprocess.run([python, "-c", PROGRAM, SET], env=environment, capture_output=True, text=True, check=True)
    expected = json.loads((SET / "identities.json").read_text())
    assert json.loads(run.stdout) == [[name, each["snapshot"], each["edit"]] for name, each in sorted(expected.items())]
