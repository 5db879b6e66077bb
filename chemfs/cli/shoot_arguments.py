"""Common to `import` and `watch`: the arguments SHOOT and LIBRARY, neither of them inside a mount."""

from __future__ import annotations

import argparse
from pathlib import Path

from chemfs.cli.arguments import given_path
from chemfs.cli.errors import InsideMount
from chemfs.mount.mountpoint import located
from chemigram_core.durable.mount_table import repository_mounts


def add_shoot_and_library(parser: argparse.ArgumentParser) -> None:
    """SHOOT, LIBRARY."""
    parser.add_argument("shoot", metavar="SHOOT", type=given_path, help="folder of photographs")
    parser.add_argument("library", metavar="LIBRARY", type=given_path, help="library, created if it is missing")


def refuse_mounts(options: argparse.Namespace) -> None:
    """Raises InsideMount."""
    found = mounts()
    for path in (options.shoot, options.library):
        if any(located(path).is_relative_to(mount) for mount in found):
            raise InsideMount(path)


def mounts() -> set[Path]:
    """Where chemfs is mounted: no such folder is part of a shoot."""
    return {*map(Path, repository_mounts().places())}
