"""A process that changes a repository on request, and answers `done` or what went wrong.

    python -m scripts.campaigns.faults_victim REPOSITORY SOCKET

It talks through an inherited socket, since read and write may fail here.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from pathlib import Path

from chemigram_core.errors import ChemigramError
from chemigram_core.names import BranchName, MaskName, TagName
from chemigram_core.operations.refs import checkout, create_branch, create_tag, delete_branch, rename_branch
from chemigram_core.operations.save import save_mask, save_xmp
from chemigram_core.refs.head import OnBranch
from chemigram_core.repository import Repository
from tests.support.builders import mask, sidecar

MAIN = BranchName("main")


def changes(root: Path) -> dict[str, Callable[[str], object]]:
    """What can be asked for, by its word; each takes a number that makes it a change."""
    repository = Repository(root)
    return {
        "save": lambda number: save_xmp(Repository(root), MAIN, sidecar(int(number))),
        "mask": lambda number: save_mask(repository, MAIN, MaskName("sky"), mask(int(number), size=(99, 50))),
        "branch": lambda number: create_branch(repository, BranchName.parse(f"a/b-{number}")),
        "tag": lambda number: create_tag(repository, TagName.parse(f"v{number}")),
        "checkout": lambda _: checkout(repository, _other(repository)),
        "rename": lambda number: rename_branch(repository, *_names(int(number))),
        "delete": lambda number: delete_branch(repository, BranchName.parse(f"gone/{number}")),
        "prepare": lambda number: _prepare(repository, number),
    }


def _other(repository: Repository) -> OnBranch:
    here, there = (OnBranch(BranchName.parse(f"on/{number}")) for number in (0, 1))
    return there if repository.refs.head() == here else here


def _names(number: int) -> tuple[BranchName, BranchName]:
    return BranchName.parse(f"r/{number}"), BranchName.parse(f"r/{number + 1}")


def _prepare(repository: Repository, number: str) -> None:
    """A branch for each change that needs one."""
    for name in (f"gone/{number}", f"r/{number}", "on/0", "on/1"):
        if repository.refs.read(branch := BranchName.parse(name)) is None:
            create_branch(repository, branch)


def main() -> None:
    """Answer until the other end is closed."""
    known = changes(Path(sys.argv[1]))
    connection = socket.socket(fileno=int(sys.argv[2]))
    while question := connection.recv(1000):
        word, number = question.decode().split()
        try:
            known[word](number)
        except (ChemigramError, OSError) as error:
            connection.send(f"{type(error).__name__}: {error}".encode())
        else:
            connection.send(b"done")


if __name__ == "__main__":
    main()
