"""chemfs unmount: end a mount."""

from __future__ import annotations

import argparse
from threading import Timer

from chemfs.cli.arguments import given_path
from chemfs.cli.streams import print_error
from chemfs.mount import daemon
from chemfs.mount.mountpoint import located

DESCRIPTION = "Unmount. Waits for pending saves, and returns when all are finished."
EXAMPLE = "chemfs unmount mnt"
PATIENCE_SECONDS = 3.0  # few saves take that long
STILL_WAITING = (
    "still waiting: a save is slow, or another program (a container?) holds the mount; Ctrl-C only stops waiting"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """MOUNTPOINT."""
    parser.add_argument("mountpoint", metavar="MOUNTPOINT", type=given_path, help="mount point to unmount")


def run(options: argparse.Namespace) -> None:
    """Unmount it. Raises NotMounted."""
    reminder = Timer(PATIENCE_SECONDS, print_error, [STILL_WAITING])
    reminder.start()
    try:
        daemon.unmount(located(options.mountpoint))
    finally:
        reminder.cancel()
