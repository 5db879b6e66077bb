"""Collections while others save, return to old states and read: nobody loses anything, nobody notices."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from chemigram_core.digest import Digest
from chemigram_core.errors import ObjectMissing, Refused
from chemigram_core.fsck import check
from chemigram_core.gc.collector import collect
from chemigram_core.names import BranchName, MaskName
from chemigram_core.operations.refs import checkout, create_branch, delete_branch
from chemigram_core.operations.save import save_mask, save_xmp
from chemigram_core.refs.head import OnBranch
from chemigram_core.repository import MAIN, Repository
from chemigram_core.store.objects import Kind
from tests.core import naive
from tests.support.builders import mask, sidecar

AT_ONCE = timedelta(0)
BRANCHES = [BranchName(name) for name in "abc"]
NAMES = [MaskName("sky"), MaskName("subject")]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    repository = Repository.init(tmp_path / "repository")
    save_xmp(repository, MAIN, sidecar(), mask_files={NAMES[0]: mask(0)})
    return repository.root


def until(done: threading.Event, work: Callable[[Repository, random.Random], None], root: Path, seed: int) -> None:
    repository, choices = Repository(root), random.Random(seed)
    while not done.is_set():
        with suppress(Refused):
            work(repository, choices)


def save_anything(repository: Repository, choices: random.Random) -> None:
    """New states, old states again, masks again, branches that come and go."""
    branch, name = choices.choice(BRANCHES), choices.choice(NAMES)
    match choices.randrange(6):
        case 0:
            with suppress(Refused):
                create_branch(repository, branch)
            saved = save_xmp(
                repository, branch, sidecar(choices.randrange(9)), mask_files={name: mask(choices.randrange(5))}
            )
            assert repository.objects.has(saved.digest, Kind.SNAPSHOT)
        case 1:
            old = choices.choice([*naive.stored(repository.root, ".xmp").values()])
            save_xmp(repository, branch, old)
        case 2:
            save_mask(repository, branch, name, mask(choices.randrange(5)))
        case 3:
            delete_branch(repository, branch)
        case 4:
            create_branch(repository, branch, choices.choice([*naive.stored(repository.root, ".xmp")]))
        case _:
            checkout(repository, OnBranch(choices.choice([MAIN, *BRANCHES])))


def test_concurrent_saves_and_collections_lose_nothing(root: Path) -> None:
    done = threading.Event()
    failures: list[BaseException] = []

    def save_until_done(seed: int) -> None:
        try:
            until(done, save_anything, root, seed)
        except FileNotFoundError as gone:  # the tests' own look into the store came too late
            if "objects" not in str(gone.filename):
                failures.append(gone)
        except BaseException as error:
            failures.append(error)

    savers = [threading.Thread(target=save_until_done, args=(seed,)) for seed in range(2)]
    for saver in savers:
        saver.start()
    collector, collected = Repository(root), 0
    try:
        for _ in range(60):
            collected += len(collect(collector, AT_ONCE).snapshots)
    finally:
        done.set()
        for saver in savers:
            saver.join()
    assert failures == []
    assert collected > 0
    assert (naive.problems(root), check(root)) == ([], [])


def test_a_reader_gets_whole_states_or_none(root: Path) -> None:
    repository, done = Repository(root), threading.Event()
    wrong: list[object] = []

    def read() -> None:
        reader = Repository(root)
        while not done.is_set():
            for found in reader.objects:
                with suppress(ObjectMissing), os.fdopen(reader.objects.open(found.digest, found.kind), "rb") as file:
                    collect(repository, AT_ONCE)
                    still = reader.objects.has(found.digest, found.kind)
                    whole = found.digest == Digest.of(file.read())
                    masks = naive.masks_of(reader.objects.read(found.digest, found.kind)) if still else set()
                    wrong.extend([] if whole and masks <= naive.stored(root, ".png").keys() else [found])

    thread = threading.Thread(target=read)
    thread.start()
    try:
        for number in range(12):
            branch = BranchName(f"b{number}")
            create_branch(repository, branch)
            save_xmp(repository, branch, sidecar(number + 1), mask_files={NAMES[1]: mask(number)})
            delete_branch(repository, branch)
            collect(repository, AT_ONCE)
    finally:
        done.set()
        thread.join()
    assert wrong == []


_COLLECT = """
import sys
from datetime import timedelta
from pathlib import Path
from chemigram_core.fsck import check
from chemigram_core.gc.collector import collect
from chemigram_core.repository import Repository
print("begin", flush=True)
collect(Repository(Path(sys.argv[1])), timedelta(0))
"""


@pytest.mark.parametrize("milliseconds", [0, 2, 5, 10, 20, 40])
def test_a_collector_that_is_killed_leaves_a_sound_store(root: Path, milliseconds: int) -> None:
    repository = Repository(root)
    branch = BRANCHES[0]
    create_branch(repository, branch)
    for number in range(30):
        save_xmp(repository, branch, sidecar(number + 1), mask_files={NAMES[1]: mask(number)})
    delete_branch(repository, branch)
    checkout(repository, OnBranch(MAIN))
    collector = subprocess.Popen([sys.executable, "-c", _COLLECT, root], stdout=subprocess.PIPE, text=True)
    assert collector.stdout is not None
    assert collector.stdout.readline() == "begin\n"
    time.sleep(milliseconds / 1000)
    collector.send_signal(signal.SIGKILL)
    collector.communicate()
    assert (naive.problems(root), check(root)) == ([], [])
    save_xmp(repository, MAIN, sidecar(77))
    collect(repository, AT_ONCE)
    assert (naive.problems(root), check(root)) == ([], [])
    assert len(list(repository.objects)) == 3
