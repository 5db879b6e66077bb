"""Random operations on two branches of a view, compared with a naive model after each. No mount: the view alone."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chemfs.tree.errors import NotFound
from chemfs.tree.nodes import File, Folder
from chemfs.tree.open_files import OpenFile
from chemigram_core.digest import Digest
from chemigram_core.errors import Refused
from chemigram_core.masks.png.pixels import pixels_digest
from chemigram_core.repository import Repository
from chemigram_core.sidecar import parse
from tests.support.builders import mask, saves, sidecar
from tests.support.by_path import ByPath

Files = dict[str, bytes]  # by the path in the branch folder

XMP, MASKS, SCRATCH = "image.xmp", ("masks/a.png", "masks/b.png"), ("notes", "masks/draft", "folder/one")
DUE_SECONDS = 10.0

branches = st.sampled_from(("main", "main", "main", "other"))
exposures = st.integers(0, 2)
levels = st.integers(0, 2)
compressions = st.sampled_from((1, 9))
masks = st.sampled_from(MASKS)
tracked = st.sampled_from((XMP, *MASKS))
scratch = st.sampled_from(SCRATCH)


@dataclass(frozen=True)
class State:
    """An edit and the masks' pixels."""

    exposure: int = 0
    masks: Mapping[str, int] = field(default_factory=dict)

    def with_file(self, name: str, value: int) -> State:
        if name == XMP:
            return replace(self, exposure=value)
        return replace(self, masks={**self.masks, name: value})

    def without(self, names: set[str]) -> State:
        kept = {name: level for name, level in self.masks.items() if name not in names}
        return replace(self, masks=kept)


@dataclass
class Branch:
    """What a branch must be."""

    tip: State = field(default_factory=State)
    snapshots: int = 0
    removed: set[str] = field(default_factory=set)
    scratch: Files = field(default_factory=dict)

    def becomes(self, state: State) -> None:
        self.snapshots += state != self.tip
        self.tip = state

    def saves(self, name: str, value: int) -> None:
        """The save of a file takes along the removal of others."""
        self.becomes(self.tip.without(self.removed - {name}).with_file(name, value))
        self.removed = {XMP} & self.removed - {name}

    def shows(self) -> dict[str, int]:
        files = {XMP: self.tip.exposure, **self.tip.masks}
        return {name: value for name, value in files.items() if name not in self.removed}


@dataclass
class Reader:
    """A file held open, and what it must read."""

    opened: OpenFile
    content: bytes


@dataclass
class Writer:
    """A file of a branch that is being written: its first half is written."""

    opened: OpenFile
    branch: str
    name: str
    value: int
    data: bytes


class OperationsOnBranches(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.repository = Repository.init(self.folder)
        self.view = ByPath(self.folder)
        self.model: dict[str, Branch] = {}
        self.readers: list[Reader] = []
        self.writer: Writer | None = None

    @initialize(exposure=exposures)
    def two_branches(self, exposure: int) -> None:
        state = State(exposure, dict.fromkeys(MASKS, 0))
        self.put("main", XMP, data_of(XMP, exposure))
        for name in MASKS:
            self.put("main", name, data_of(name, 0))
        self.view.make_folder("/heads/other")
        self.model = {"main": Branch(state, snapshots=1 + len(MASKS)), "other": Branch(state)}

    @rule(branch=branches, name=tracked, value=levels, compression=compressions, flags=st.sampled_from((0, os.O_TRUNC)))
    def save_in_place(self, branch: str, name: str, value: int, compression: int, flags: int) -> None:
        model = self.model[branch]
        self.put(branch, name, data_of(name, value, compression), flags)
        model.saves(name, value)

    @rule(branch=branches, name=tracked, value=levels, draft=scratch, is_open=st.booleans())
    def save_by_rename(self, branch: str, name: str, value: int, draft: str, *, is_open: bool) -> None:
        model = self.model[branch]
        opened = self.write(branch, draft, data_of(name, value))
        if not is_open:
            self.close(opened)
        self.rename(branch, draft, name)
        if is_open:
            self.close(opened)
        model.scratch.pop(draft, None)
        model.saves(name, value)

    @rule(branch=branches, name=tracked, value=levels)
    def save_after_the_last_close(self, branch: str, name: str, value: int) -> None:
        """As what is written through a mapping."""
        self.write(branch, name, data_of(name, value)).release()
        self.model[branch].saves(name, value)

    @rule(branch=branches, name=tracked, first=levels, last=levels)
    def save_by_two_who_have_it_open(self, branch: str, name: str, first: int, last: int) -> None:
        model = self.model[branch]
        files = [self.write(branch, name, data_of(name, value)) for value in (last, first)]
        for value in (first, last):
            self.close(files.pop())
            model.saves(name, value)

    @rule(branch=branches, name=tracked, value=levels)
    def save_by_a_second_open(self, branch: str, name: str, value: int) -> None:
        """Made by mknod or cut to nothing, and written afterwards."""
        model = self.model[branch]
        if name in model.shows() or self.is_written(branch, name):
            self.view.truncate(path(branch, name), 0)
        else:
            self.view.make_file(path(branch, name), stat.S_IFREG | 0o644)
        self.put(branch, name, data_of(name, value), 0)
        model.saves(name, value)

    @rule(branch=branches, name=tracked)
    def refuse_to_cut(self, branch: str, name: str) -> None:
        if name not in self.model[branch].shows():
            return
        with pytest.raises(Refused):
            self.view.truncate(path(branch, name), 50)

    @rule(branch=branches, name=tracked, draft=scratch)
    def refuse_a_rename(self, branch: str, name: str, draft: str) -> None:
        model = self.model[branch]
        model.scratch[draft] = b"no such thing"
        opened = self.write(branch, draft, model.scratch[draft])
        opened.flush()
        with pytest.raises(Refused):
            self.rename(branch, draft, name)
        opened.release()

    @rule(branch=branches, name=tracked)
    def refuse_in_place(self, branch: str, name: str) -> None:
        model = self.model[branch]
        with pytest.raises(Refused):
            self.put(branch, name, b"no such thing")
        model.removed.discard(name)

    @rule(branch=branches, name=st.sampled_from((XMP, *MASKS, *MASKS)))
    def remove(self, branch: str, name: str) -> None:
        model = self.model[branch]
        if name not in model.shows() or self.is_written(branch, name):
            return
        self.view.remove(path(branch, name))
        model.removed.add(name)

    @rule(branch=branches, name=tracked, backup=scratch)
    def rename_away(self, branch: str, name: str, backup: str) -> None:
        model = self.model[branch]
        if name not in model.shows() or self.is_written(branch, name):
            return
        content = self.read(branch, name)
        self.rename(branch, name, backup)
        model.scratch[backup] = content
        model.removed.add(name)

    @precondition(lambda self: self.writer is None)
    @rule()
    def commit_due_removals(self) -> None:
        self.view.repository().commit_due(time.monotonic() + DUE_SECONDS)
        for model in self.model.values():
            model.becomes(model.tip.without(model.removed))
            model.removed &= {XMP}

    @rule(branch=branches, old=masks, new=masks, value=levels)
    def rename_a_mask_just_saved(self, branch: str, old: str, new: str, value: int) -> None:
        if old == new or self.writer is not None:
            return
        model = self.model[branch]
        opened = self.write(branch, old, data_of(old, value))
        opened.flush()
        model.saves(old, value)
        self.rename(branch, old, new)
        opened.release()
        model.becomes(model.tip.without({old}).with_file(new, value))
        model.removed -= {old, new}

    @rule(branch=branches, old=masks, new=masks, value=levels)
    def rename_a_mask_that_is_written(self, branch: str, old: str, new: str, value: int) -> None:
        if old == new or self.writer is not None:
            return
        model = self.model[branch]
        opened = self.write(branch, old, data_of(old, value))
        self.rename(branch, old, new)
        self.close(opened)
        model.removed |= {old} & model.tip.masks.keys()
        model.saves(new, value)

    @rule(branch=branches, old=masks, new=masks)
    def rename_mask(self, branch: str, old: str, new: str) -> None:
        model = self.model[branch]
        if old == new or old not in model.shows() or self.writer is not None:
            return
        self.rename(branch, old, new)
        model.becomes(model.tip.without({old}).with_file(new, model.tip.masks[old]))
        model.removed -= {old, new}

    @rule(branch=branches, name=scratch, content=st.binary(max_size=20))
    def write_scratch(self, branch: str, name: str, content: bytes) -> None:
        model = self.model[branch]
        self.put(branch, name, content)
        model.scratch[name] = content

    @rule(branch=branches, name=scratch, content=st.binary(max_size=20))
    def append_to_scratch(self, branch: str, name: str, content: bytes) -> None:
        model = self.model[branch]
        if name not in model.scratch:
            return
        opened = self.view.open(path(branch, name), os.O_WRONLY | os.O_APPEND)
        opened.write(content, len(model.scratch[name]))
        self.close(opened)
        model.scratch[name] += content

    @rule(branch=branches, old=scratch, new=st.one_of(scratch, st.none()))
    def rename_or_remove_scratch(self, branch: str, old: str, new: str | None) -> None:
        model = self.model[branch]
        if old not in model.scratch:
            return
        content = model.scratch.pop(old)
        if new is None:
            self.view.remove(path(branch, old))
        else:
            self.rename(branch, old, new)
            model.scratch[new] = content

    @rule(branch=branches, name=tracked)
    def open_to_read(self, branch: str, name: str) -> None:
        if name not in self.model[branch].shows():
            return
        content = self.read(branch, name)
        self.readers.append(Reader(self.view.open(path(branch, name), os.O_RDONLY), content))

    @precondition(lambda self: self.readers)
    @rule()
    def read_on(self) -> None:
        reader = self.readers.pop(0)
        assert reader.opened.read(1 << 20, 0) == reader.content
        assert reader.opened.stat().size_bytes == len(reader.content)
        reader.opened.release()

    @precondition(lambda self: self.writer is None)
    @rule(branch=branches, name=tracked, value=levels)
    def begin_to_write(self, branch: str, name: str, value: int) -> None:
        if name not in self.model[branch].shows():
            return
        data = data_of(name, value)
        opened = self.view.open(path(branch, name), os.O_WRONLY | os.O_TRUNC)
        opened.write(data[: len(data) // 2], 0)
        self.writer = Writer(opened, branch, name, value, data)

    @precondition(lambda self: self.writer is not None)
    @rule(is_finished=st.booleans())
    def end_to_write(self, *, is_finished: bool) -> None:
        assert self.writer is not None
        writer, self.writer = self.writer, None
        model = self.model[writer.branch]
        if not is_finished:
            with pytest.raises(Refused):
                self.close(writer.opened)
            model.removed.discard(writer.name)
            return
        half = len(writer.data) // 2
        writer.opened.write(writer.data[half:], half)
        self.close(writer.opened)
        model.saves(writer.name, writer.value)

    @precondition(lambda self: self.writer is None)
    @rule()
    def mount_again(self) -> None:
        self.let_go()
        self.view.tree.start()
        self.view.tree.stop()
        self.view = ByPath(self.folder)
        for model in self.model.values():
            model.becomes(model.tip.without(model.removed))
            model.removed = set()

    @invariant()
    def each_branch_shows_what_it_must(self) -> None:
        for branch, model in self.model.items():
            files = self.files(branch)
            assert {name: files.pop(name) for name in model.scratch} == model.scratch
            assert {name: meaning(name, data) for name, data in files.items()} == {
                name: meaning(name, data_of(name, value)) for name, value in model.shows().items()
            }

    @invariant()
    def each_change_was_one_snapshot(self) -> None:
        assert len(saves(self.repository)) == sum(model.snapshots for model in self.model.values())

    def teardown(self) -> None:
        self.let_go()
        shutil.rmtree(self.folder)

    def let_go(self) -> None:
        for reader in self.readers:
            reader.opened.release()
        self.readers.clear()

    def is_written(self, branch: str, name: str) -> bool:
        return self.writer is not None and (self.writer.branch, self.writer.name) == (branch, name)

    def put(self, branch: str, name: str, data: bytes, flags: int = os.O_TRUNC) -> None:
        self.close(self.write(branch, name, data, flags))

    def write(self, branch: str, name: str, data: bytes, flags: int = os.O_TRUNC) -> OpenFile:
        if name.startswith("folder/"):
            self.make_folder(path(branch, "folder"))
        opened = self.view.open(path(branch, name), os.O_WRONLY | os.O_CREAT | flags)
        opened.write(data, 0)
        opened.truncate(len(data))
        return opened

    def close(self, opened: OpenFile) -> None:
        try:
            opened.flush()
        finally:
            opened.release()

    def rename(self, branch: str, old: str, new: str) -> None:
        if new.startswith("folder/"):
            self.make_folder(path(branch, "folder"))
        self.view.rename(path(branch, old), path(branch, new))

    def make_folder(self, folder: str) -> None:
        try:
            self.view.node(folder)
        except NotFound:
            self.view.make_folder(folder)

    def read(self, branch: str, name: str) -> bytes:
        return self.view.read(path(branch, name))

    def files(self, branch: str, below: str = "") -> Files:
        """Everything that is written in a branch folder, by walking it."""
        found: Files = {}
        for name in self.view.names(path(branch, below)):
            if name == "drawn":
                continue
            place = f"{below}/{name}".lstrip("/")
            node = self.view.node(path(branch, place))
            if isinstance(node, Folder):
                found |= self.files(branch, place)
            else:
                found[place] = self.read(branch, place)
                assert isinstance(node, File)
                assert node.stat().size_bytes == len(found[place])
        return found


def path(branch: str, name: str) -> str:
    return f"/heads/{branch}/{name}".rstrip("/")


def data_of(name: str, value: int, compression: int = 6) -> bytes:
    """A file that means `value`; an XMP has another time stamp for another compression."""
    return sidecar(value, timestamp=compression) if name == XMP else mask(value, compress_level=compression)


def meaning(name: str, data: bytes) -> Digest:
    """What a file of a state comes to, without its masks' note and however it is packed."""
    return parse(data).with_masks({}).edit_digest if name == XMP else pixels_digest(data)


TestOperationsOnBranches = OperationsOnBranches.TestCase
TestOperationsOnBranches.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
