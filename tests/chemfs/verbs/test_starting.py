"""A command starts soon: what only some verbs need is loaded by them."""

from __future__ import annotations

import subprocess
import sys


def test_what_is_slow_to_load_waits_for_the_verb_that_needs_it() -> None:
    program = "import sys, chemfs.cli.main; print(sorted({'numpy', 'PIL', 'fuse', 'rich.console'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
