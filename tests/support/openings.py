"""Branches of a mounted library, each with one sidecar, opened in the real darktable and quit: what it saved."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from chemigram_core.compare.edit.headline import headline
from chemigram_core.repository import Repository
from chemigram_core.sidecar import parse
from chemigram_core.store.objects import Kind
from tests.support.builders import saves
from tests.support.daemon import Daemon
from tests.support.imports import Installed, opened, save_image, until_quiet
from tests.support.screen import Screen
from tests.support.writes import Writes, watch_writes

_FIRST = "0-first"  # the image that darktable shows, and develops


@dataclass(frozen=True)
class Opening:
    """What came of one branch: how often darktable wrote, the snapshots that made, and their changes in words."""

    name: str
    writes: int
    snapshots: int
    change: str


def openings(screen: Screen, sidecars: Mapping[str, bytes], folder: Path) -> list[Opening]:
    """Open the branches of all `sidecars` at once, in one library of darktable's, in which nothing else is."""
    repositories = {name: _repository(folder / "library" / _folder(name)) for name in (_FIRST, *sidecars)}
    daemon = Daemon(folder / "library", folder / "mnt")
    try:
        branches = {name: daemon.mountpoint / _folder(name) / "heads" / "main" for name in repositories}
        for name, data in sidecars.items():
            (branches[name] / "image.xmp").write_bytes(data)
        counts = _opened(screen, branches, folder / "darktable")
    finally:
        daemon.unmount()
    return [_opening(name, repositories[name], counts[name]) for name in sidecars]


def _opened(screen: Screen, branches: Mapping[str, Path], work: Path) -> dict[str, int]:
    """How often darktable wrote each sidecar."""
    with ExitStack() as watches:
        writes = {name: watches.enter_context(watch_writes(branch)) for name, branch in branches.items()}
        with opened(screen, list(branches.values()), work, Installed()):
            until_quiet(lambda: _counts(writes), changed=lambda: all(_counts(writes).values()))
        return _counts(writes)


def _counts(writes: Mapping[str, Writes]) -> dict[str, int]:
    return {name: each.count(f"{_folder(name)}.tif.xmp") for name, each in writes.items()}


def _opening(name: str, repository: Repository, writes: int) -> Opening:
    first, *others = saves(repository)
    if not others:
        return Opening(name, writes, 0, "")
    before, after = (parse(repository.objects.read(each, Kind.SNAPSHOT)) for each in (first, others[-1]))
    return Opening(name, writes, len(others), headline(before, after))


def _repository(root: Path) -> Repository:
    root.parent.mkdir(exist_ok=True)
    image = root.parent.parent / f"{root.name}.tif"
    save_image(image)
    return Repository.init(root, image)


def _folder(name: str) -> str:
    return name.replace(", ", ".").replace(" ", "-")
