"""chemfs watch: save the edits in a folder of photographs as they are made."""

from __future__ import annotations

import argparse
from pathlib import Path

from chemfs.cli.arguments import add_trust
from chemfs.cli.json import print_json_line
from chemfs.cli.shoot_arguments import add_shoot_and_library, mounts, refuse_mounts
from chemfs.cli.streams import print_error
from chemfs.watch.messages import Captured, Message, Notice
from chemfs.watch.stop_signals import StopSignals
from chemfs.watch.watcher import Watcher
from chemigram_core.printable import printable
from chemigram_core.shoot.destination import destination
from chemigram_core.shoot.problem import Problem

DESCRIPTION = """Save each edit that you make in SHOOT and its subfolders to LIBRARY, as import does, a second
after darktable has written the sidecar. Earlier edits are saved first. The images are linked, and never
written. Runs until Ctrl-C or SIGTERM."""
EXAMPLE = "chemfs watch photos/2026 library"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """SHOOT, LIBRARY, --json, --trust."""
    add_shoot_and_library(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object per line, for programs")
    add_trust(parser)


def run(options: argparse.Namespace) -> None:
    """Watch until a signal comes. Raises UnusableShoot and the like, AlreadyWatched, InsideMount."""
    refuse_mounts(options)
    place = destination(options.shoot, options.library)
    with StopSignals() as stop:
        Watcher(place, _say_json if options.json else _Lines(place.shoot).say, mounts).run(stop)


def _say_json(message: Message) -> None:
    print_json_line(message.to_json())


class _Lines:
    """Messages for people: what was saved on stdout, the rest on stderr; paths are short below the shoot."""

    def __init__(self, shoot: Path) -> None:
        self._shoot = shoot

    def say(self, message: Message) -> None:
        """Print one message."""
        match message:
            case Captured(sidecar, _, branch, digest):
                path = sidecar.relative_to(self._shoot)
                print(printable(f"{path}: branch {branch} is at snapshot {digest[:12]}"), flush=True)
            case Problem(_, path, says):
                print_error(f"{path}: {says}; {message.advice}")
            case Notice(text):
                print_error(text)
