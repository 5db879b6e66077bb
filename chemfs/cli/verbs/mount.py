"""mount, unmount: a repository or a library as a folder of ordinary files."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Timer

from chemfs.cli.output import print_error
from chemfs.cli.verbs.arguments import Verbs, add_verb, given_path
from chemfs.mount import daemon
from chemfs.mount.mountpoint import located

PATIENCE_SECONDS = 3.0  # few saves take as long
STILL_WAITING = "a save takes long, or another program (a container?) has the mount too; Ctrl-C ends the waiting alone"


def add_to(verbs: Verbs) -> None:
    """The verbs."""
    mount = add_verb(verbs, "mount", _mount, "show a repository or a library as files; returns when it is live")
    mount.add_argument("root", metavar="ROOT", type=given_path, help="a repository, or a folder of repositories")
    mount.add_argument("mountpoint", metavar="MOUNTPOINT", type=given_path, help="an empty folder")
    mount.add_argument("--foreground", action="store_true", help="serve in this process until it is unmounted")
    mount.add_argument("--read-only", action="store_true", help="refuse every save")
    mount.add_argument("--allow-other", action="store_true", help="let other users in, as far as file modes do")
    mount.add_argument("--daemon", action="store_true", help=argparse.SUPPRESS)  # `daemon.start` is waiting

    unmount = add_verb(verbs, "unmount", _unmount, "take a mount away; returns when all saves are finished")
    unmount.add_argument("mountpoint", metavar="MOUNTPOINT", type=given_path)


def _mount(options: argparse.Namespace) -> None:
    root, place = located(options.root), located(options.mountpoint)
    if options.foreground or options.daemon:
        _serve(root, place, options)
    else:
        flags = ["--read-only"] * options.read_only + ["--allow-other"] * options.allow_other
        command = [sys.executable, "-P", "-m", "chemfs", "mount", "--daemon", *flags, str(root), str(place)]
        daemon.start(command, place)


def _serve(root: Path, place: Path, options: argparse.Namespace) -> None:
    from chemfs.tree.filesystem import Filesystem

    choices = daemon.MountOptions(read_only=options.read_only, allow_other=options.allow_other)
    daemon.claim(place, root)
    view = Filesystem(root, read_only=choices.read_only)
    daemon.serve(view, place, choices, partial(daemon.announce if options.daemon else _tell, place))


def _tell(place: Path) -> None:
    with suppress(OSError):  # it is mounted, whether or not somebody reads so
        print(f"mounted at {place}; Ctrl-C unmounts", flush=True)


def _unmount(options: argparse.Namespace) -> None:
    telling = Timer(PATIENCE_SECONDS, print_error, [STILL_WAITING])
    telling.start()
    try:
        daemon.unmount(located(options.mountpoint))
    finally:
        telling.cancel()
