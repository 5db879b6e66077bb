"""What an attacker changes in a repository, by a seed: links, sizes, names, modes, kinds of files, and texts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from scripts.campaigns import hostile_texts
from scripts.campaigns.hostile_files import NULL, SPARSE_BYTES, STRANGER, ZERO, clear, listen, make_device
from scripts.campaigns.outside import MOVED, Outside

_FOLDERS = (
    "objects", "refs", "refs/heads", "refs/tags", "masks", "raw", "rejected", "scratch", "scratch/.drafts",
    "scratch/main", "scratch/main/notes", "scratch/.pending", "scratch/.roll", "../.scratch", "previews",
)  # fmt: skip
_FILES = (
    "HEAD", "log.jsonl", "lock", "roll.json", "source.json", "masks/registry.json", "refs/heads/main",
    "refs/heads/warm", "refs/tags/v1", "raw/a.tif", "scratch/main/notes.txt", "masks/sky.png", "../library.json",
    "../../library.json", "scratch/.pending/1.xmp", "../.scratch/open.txt", "../.watch.lock",
)  # fmt: skip
_NAMES = (
    b"\x1b]0;owned\x07", b"a\nb", b"\xff\xfe", b"x" * 255, b"..x", b"...", b" ", b"a ", b"-rf", b"HEAD", b"head",
    b"refs", b"image.xmp", b"a.tif.xmp", b"\xe2\x80\xae", b".hidden", b".tmp-x", b"main.lock", b"roll", b"tagged",
    b"a" * 64, b"*", b"a..b", b"%s%n", b"desktop.ini", b"lock", b"\xc3\xa9", b"e\xcc\x81", b"MAIN", b"x.png",
    b"2026-01-01", b"masks", b".drafts", b"heads",
)  # fmt: skip
_PLACES = (
    "refs/heads", "refs/heads/night", "refs/tags", "objects", "masks", "raw", "rejected", "scratch", "scratch/main",
    "scratch/main/masks", "", "..", "../..",
)  # fmt: skip
_LOOP = "loop"


@dataclass(frozen=True)
class Target:
    """The repository, what lies outside it, and where the choices come from."""

    root: Path
    outside: Outside
    random: Random

    def folder(self) -> Path:
        """One of its folders."""
        return self.root / self.random.choice(_FOLDERS)

    def file(self, *but_below: str) -> Path:
        """One of its files that are not below one of those folders, each object as likely as any other."""
        fixed = [self.root / name for name in _FILES if name.partition("/")[0] not in but_below]
        found = [*self.root.glob("objects/*/*"), *self.root.glob("rejected/*"), *self.root.glob("scratch/.drafts/*")]
        others = sorted(
            path for path in found if path.is_file() and path.relative_to(self.root).parts[0] not in but_below
        )
        return self.random.choice([*fixed, *others])

    def link(self, path: Path, leads_to: Path | str) -> None:
        """Replace the file at `path` by a link: absolute, relative, or through `..`."""
        clear(path)
        relative = os.path.relpath(leads_to, path.parent)
        ways = (os.fspath(leads_to), relative, f"../{path.parent.name}/{relative}")
        path.symlink_to(leads_to if leads_to == _LOOP else self.random.choice(ways))


def apply(target: Target) -> str:
    """Make one change; returns what it was. Files that no longer exist are skipped."""
    name = target.random.choice(sorted(_CHANGES))
    with suppress(OSError, shutil.Error):
        return f"{name}: {_CHANGES[name](target)}"
    return f"{name}: not possible"


def _folder_moved_out(target: Target) -> Path:
    return _moved_out(target, target.folder())


def _moved_out(target: Target, path: Path) -> Path:
    """It goes on where it can be seen outside, and a link leads there."""
    name = path.name if path.is_dir() else path.parent.name
    away = target.outside.folder / f"{MOVED}{name.lstrip('.')}-{target.random.random()}"
    shutil.move(path, away)
    target.link(path, away)
    return path


def _folder_linked(target: Target) -> Path:
    path = target.folder()
    target.link(path, target.outside.folder / target.random.choice(("inner", "empty", "missing")))
    return path


def _folder_loop(target: Target) -> Path:
    path = target.folder()
    clear(path)
    path.symlink_to(target.random.choice((path.name, ".", "..", target.root)))
    return path


def _folder_replaced(target: Target) -> Path:
    path = target.folder()
    clear(path)
    if target.random.random() < 0.5:
        path.write_bytes(b"no folder")
    return path


def _file_linked(target: Target) -> Path:
    """Not the image: its owner may keep that anywhere."""
    path = target.file("raw")
    kinds = ("secret.txt", "secret.xmp", "secret.png", "inner", "pipe", "missing")
    others = ("/dev/zero", "/dev/null", "/dev/stdin", "/proc/self/mem", "/proc/self/environ", path)
    named: list[Path | str] = [*(target.outside.folder / kind for kind in kinds), *others]
    target.link(path, target.random.choice(named))
    return path


def _file_moved_out(target: Target) -> Path:
    return _moved_out(target, target.file())


def _file_special(target: Target) -> Path:
    path = target.file()
    clear(path)
    match target.random.randrange(5):
        case 0:
            os.mkfifo(path)
        case 1:
            make_device(path, ZERO)
        case 2:
            make_device(path, NULL)
        case 3:
            listen(path)
        case _:
            path.mkdir()
    return path


def _file_also_outside(target: Target) -> Path:
    """A second name outside, as by `cp -al`. Not of scratch files, which are written in place under all their names."""
    path = target.file("scratch")
    os.link(path, target.outside.folder / f"linked-{target.random.random()}", follow_symlinks=False)
    return path


def _file_sparse(target: Target) -> Path:
    path = target.file()
    os.truncate(path, target.random.choice((SPARSE_BYTES, (8 << 20) + 1, 1 << 40)))
    return path


def _file_empty(target: Target) -> Path:
    path = target.file()
    os.truncate(path, 0)
    return path


def _file_cut(target: Target) -> Path:
    path = target.file()
    os.truncate(path, target.random.randrange(path.stat().st_size + 1))
    return path


def _mode(target: Target) -> Path:
    path = target.random.choice((target.file, target.folder))()
    path.chmod(target.random.choice((0, 0o200, 0o4777, 0o2777, 0o7777, 0o444, 0o1000)))
    return path


def _owner(target: Target) -> str:
    """Another user's repository, or another user's folder in it. Only root can give files away."""
    path = target.random.choice((target.root, target.root, target.folder()))
    if os.geteuid() == 0:
        for part in (path, *(path.rglob("*") if target.random.random() < 0.5 else ())):
            os.chown(part, STRANGER, STRANGER, follow_symlinks=False)
    return str(path)


def _name(target: Target) -> str:
    """Something with an odd name: a file, a folder, or a link to what is outside."""
    path = target.root / target.random.choice(_PLACES) / os.fsdecode(target.random.choice(_NAMES))
    path.parent.mkdir(parents=True, exist_ok=True)
    match target.random.randrange(4):
        case 0:
            path.mkdir()
        case 1:
            path.symlink_to(target.outside.folder / "secret.txt")
        case 2:
            os.mkfifo(path)
        case _:
            _write(path, target.random.choice(hostile_texts.REFS))
    return repr(os.fsencode(path))


def _text(target: Target) -> str:
    """Another text in a file that people and programs read."""
    name = target.random.choice(sorted(hostile_texts.TEXTS))
    text = target.random.choice(hostile_texts.TEXTS[name])
    if name == "log.jsonl" and target.random.random() < 0.8:
        before = (target.root / name).read_bytes()
        text = before + text + b"\n" if target.random.random() < 0.5 else text + b"\n" + before
    _write(target.root / name, text)
    return f"{name} {text[:60]!r}"


def _object(target: Target) -> str:
    """A snapshot under its right name that no save would take, at the end of a branch."""
    data = target.random.choice(hostile_texts.snapshots())
    digest = hostile_texts.store(target.root, data, ".xmp")
    _write(target.root / "refs/heads/warm", digest.encode() + b"\n")
    return repr(data[:60])


def _mask(target: Target) -> str:
    """A state with a mask under its right name that no save would take."""
    data = target.random.choice(hostile_texts.masks())
    mask = hostile_texts.store(target.root, data, ".png")
    digest = hostile_texts.store(target.root, hostile_texts.with_mask(mask), ".xmp")
    _write(target.root / "refs/heads/warm", digest.encode() + b"\n")
    return repr(data[:60])


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


_CHANGES: Mapping[str, Callable[[Target], object]] = {
    change.__name__.lstrip("_").replace("_", " "): change
    for change in (
        _folder_moved_out, _folder_linked, _folder_loop, _folder_replaced, _file_linked, _file_moved_out, _file_special,
        _file_also_outside, _file_sparse, _file_empty, _file_cut, _mode, _owner, _name, _text, _object, _mask,
    )
}  # fmt: skip
