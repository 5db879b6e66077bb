"""chemfs mount: show a repository or a library as ordinary files."""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from chemfs.cli.arguments import add_trust, given_path
from chemfs.cli.errors import WrongUsage
from chemfs.mount import daemon
from chemfs.mount.mountpoint import located
from chemigram_core.durable.ownership import require_own

if TYPE_CHECKING:
    from chemfs.render.worker import Worker

DESCRIPTION = (
    "Show a repository, or a library of repositories, as ordinary files. Returns when the mount is ready to use."
)
EXAMPLE = "chemfs mount sunset mnt"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """ROOT, MOUNTPOINT, --foreground, --read-only, --allow-other, --for-darktable, --previews, --trust."""
    parser.add_argument("root", metavar="ROOT", type=given_path, help="repository, library, or folder of a library")
    parser.add_argument("mountpoint", metavar="MOUNTPOINT", type=given_path, help="empty folder to mount on")
    parser.add_argument("--foreground", action="store_true", help="stay in the foreground until unmounted")
    parser.add_argument("--read-only", action="store_true", help="mount read-only: refuse every change")
    parser.add_argument("--allow-other", action="store_true", help="give other users access, as file modes allow")
    parser.add_argument(
        "--for-darktable",
        action="store_true",
        help="list only roll/, so that darktable can import the mount recursively",
    )
    parser.add_argument(
        "--previews", action="store_true", help="render new and tagged states with darktable in the background"
    )
    parser.add_argument("--daemon", action="store_true", help=argparse.SUPPRESS)  # `daemon.start` is waiting
    add_trust(parser)


def run(options: argparse.Namespace) -> None:
    """Start the daemon, or run as the daemon.

    Raises MountpointUnusable, FuseUnavailable, MountFailed, NotALibrary, DarktableMissing.
    """
    if options.read_only and options.previews:
        raise WrongUsage("--previews writes pictures to the repository: omit --read-only")
    root, mountpoint = located(options.root), located(options.mountpoint)
    if options.foreground or options.daemon:
        _serve(root, mountpoint, options)
    else:
        flags = [flag for flag, is_set in _flags(options).items() if is_set]
        command = [sys.executable, "-P", "-m", "chemfs", "mount", "--daemon", *flags, str(root), str(mountpoint)]
        daemon.start(command, mountpoint)


def _flags(options: argparse.Namespace) -> dict[str, bool]:
    """The options for the daemon."""
    return {
        "--read-only": options.read_only,
        "--allow-other": options.allow_other,
        "--for-darktable": options.for_darktable,
        "--previews": options.previews,
        "--trust": options.trust,
    }


def _serve(root: Path, mountpoint: Path, options: argparse.Namespace) -> None:
    from chemfs.tree.tree import Tree

    choices = daemon.MountOptions(read_only=options.read_only, allow_other=options.allow_other)
    require_own(root)
    daemon.claim(mountpoint, root)
    if options.daemon:
        daemon.log_to_file(mountpoint)
    announce = daemon.announce if options.daemon else _announce
    with _worker(root) if options.previews else nullcontext() as worker:
        on_change = worker.watch if worker else None
        tree = Tree(root, read_only=choices.read_only, for_darktable=options.for_darktable, on_change=on_change)
        daemon.serve(tree, mountpoint, choices, partial(announce, mountpoint))


def _worker(root: Path) -> Worker:
    from chemfs.render.darktable import installed
    from chemfs.render.worker import Worker

    return Worker(installed(), root)


def _announce(mountpoint: Path) -> None:
    with suppress(OSError):  # the mount is ready even if this can't be printed
        print(f"mounted at {mountpoint}; Ctrl-C unmounts", flush=True)
