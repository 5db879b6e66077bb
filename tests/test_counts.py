"""What an access costs, counted instead of timed: files opened, stats, XML parses, calls of Python functions.

The figures in the tables may only fall: where a change makes one smaller, write the smaller one here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from itertools import count, islice
from pathlib import Path

import pytest

from chemfs.mount.protocol import Opcode
from chemfs.tree import image_look
from chemfs.tree.tree import Tree
from chemigram_core.names import MaskName, TagName
from chemigram_core.operations.refs import create_tag
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from chemigram_core.sidecar import parse
from tests.support.builders import mask, picture, sidecar
from tests.support.by_path import ByPath
from tests.support.counts import Counts, counted
from tests.support.daemon import Daemon
from tests.support.kernel import Kernel
from tests.support.memory import forget_everything
from tests.support.strace import Trace, traced

# In process: look every name up, open, read and close, when it was done before. {tip} is a snapshot.
READS = {
    "tags/v1/image.xmp": Counts(opens=3, stats=7, parses=0, calls=100),
    "heads/main/image.xmp": Counts(opens=2, stats=7, parses=0, calls=108),
    "snapshots/{tip}/image.xmp": Counts(opens=3, stats=5, parses=0, calls=70),
}
# In process: look every name up and list the folder.
LISTINGS = {
    "snapshots": Counts(opens=12, stats=1, parses=0, calls=298),
    "tags": Counts(opens=2, stats=2, parses=0, calls=57),
    "heads/main": Counts(opens=2, stats=7, parses=0, calls=138),
    "tags/v1": Counts(opens=2, stats=5, parses=0, calls=86),
}
# One request of a kernel each, the first for that file or folder: opens, stats and calls.
FIRST_REQUESTS = {
    "LOOKUP snapshots/{tip}": Counts(opens=1, stats=2, parses=0, calls=44),
    "LOOKUP snapshots/{tip}/image.xmp": Counts(opens=0, stats=0, parses=0, calls=29),
    "LOOKUP snapshots/{tip}/nothing": Counts(opens=0, stats=1, parses=0, calls=19),
    "LOOKUP snapshots/{tip}/masks": Counts(opens=1, stats=2, parses=0, calls=62),
    "LOOKUP snapshots/{tip}/masks/sky.png": Counts(opens=1, stats=2, parses=0, calls=51),
    "OPENDIR snapshots/{tip}": Counts(opens=0, stats=1, parses=0, calls=19),
    "OPEN snapshots/{tip}/image.xmp": Counts(opens=1, stats=2, parses=0, calls=45),
    "OPEN snapshots/{tip}/masks/sky.png": Counts(opens=2, stats=5, parses=0, calls=84),
}
SAVE = Counts(opens=14, stats=10, parses=1, calls=793)
SAVE_IN_A_NEW_PROCESS = Counts(opens=19, stats=21, parses=2, calls=1350)
WRITE = Counts(opens=19, stats=18, parses=1, calls=1050)  # a save by open, write and close in the tree

# Through a mount, whose kernel knows the path: what the daemon opens, and the requests that it gets.
MOUNTED_READS = {"tags/v1/image.xmp": (1, 2), "heads/main/image.xmp": (1, 2)}
MOUNTED_WRITE = (22, 8)  # where the shard is there already
TIMES = 20  # so that what the kernel asks again after a second, on a slow machine, weighs little
ASKED_AGAIN = (20, 8)

SAVE_ALONE = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.support.builders import sidecar
from tests.support.counts import counted
for number in (1, 2):  # loads all modules
    save_xmp(Repository.init(Path(sys.argv[1]) / str(number)), MAIN, sidecar(100))
with counted() as counts:
    save_xmp(Repository(Path(sys.argv[2])), MAIN, sidecar(200))
print(json.dumps(asdict(counts)))
"""
READ_ALONE = """
import sys
from pathlib import Path
from tests.support.counts import counted
from tests.support.by_path import ByPath
tree = ByPath(Path(sys.argv[1]))
tree.read("tags/v1/image.xmp")
print("ready", flush=True)
sys.stdin.readline()
with counted() as counts:
    tree.read("tags/v1/image.xmp")
print(counts.opens, flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An image with five states, each with a mask, the last of which has a tag.

    What other tests left in memory is forgotten: making room in a full cache costs calls.
    """
    forget_everything()
    made = Repository.init(tmp_path / "repository", picture(tmp_path / "a.tif"))
    for number in range(5):
        save_xmp(made, MAIN, sidecar(number), mask_files={MaskName("sky"): mask(number)})
    create_tag(made, TagName("v1"))
    settle()
    return made


def settle() -> None:
    """Wait until what was just written is cached again: a file that changed in the last 20 ms is read each time."""
    time.sleep(0.03)


def over(counts: Counts, limit: Counts) -> dict[str, tuple[int, int]]:
    """The figures that are larger than allowed, each with what is allowed."""
    pairs = {name: (figure, asdict(limit)[name]) for name, figure in asdict(counts).items()}
    return {name: pair for name, pair in pairs.items() if pair[0] > pair[1]}


@pytest.mark.parametrize("path", READS)
def test_a_read_in_process(repository: Repository, path: str) -> None:
    tree, place = ByPath(repository.root), path.format(tip=repository.tip(MAIN))
    tree.read(place)
    with counted() as counts:
        tree.read(place)
    assert not over(counts, READS[path])


@pytest.mark.parametrize("path", LISTINGS)
def test_a_listing_in_process(repository: Repository, path: str) -> None:
    tree = ByPath(repository.root)
    tree.names(path)
    with counted() as counts:
        tree.names(path)
    assert not over(counts, LISTINGS[path])


@pytest.mark.parametrize("request_", FIRST_REQUESTS)
def test_a_first_request(repository: Repository, monkeypatch: pytest.MonkeyPatch, request_: str) -> None:
    for module, clock in ((time, "monotonic"), (image_look, "monotonic")):  # nothing is older than its second
        monkeypatch.setattr(module, clock, partial(float, 1e9))
    kernel, tip = Kernel(Tree(repository.root)), repository.tip(MAIN)
    for warm in FIRST_REQUESTS:  # what all states share, on the state before
        counts_of(kernel, warm.format(tip=repository.history.parent(tip)))
    forget_everything()
    assert not over(counts_of(kernel, request_.format(tip=tip)), FIRST_REQUESTS[request_])


def counts_of(kernel: Kernel, request: str) -> Counts:
    """What the adapter does for one request; the names that lead there have been looked up."""
    opcode, _, path = request.partition(" ")
    *above, name = path.split("/")
    looks_up = opcode == "LOOKUP"
    node = kernel.look_up(*above) if looks_up else kernel.look_up(*above, name)
    _, message = kernel.message(Opcode[opcode], node, name.encode() + b"\0" if looks_up else bytes(8))
    with counted() as counts:
        kernel.adapter.serve(memoryview(message))
    kernel.receive()
    return counts


def test_a_save_in_process(repository: Repository) -> None:
    for number in (10, 11, 12):
        save_xmp(repository, MAIN, sidecar(number))
    settle()
    with counted() as counts:
        save_xmp(repository, MAIN, sidecar(13))
    assert not over(counts, SAVE)


def test_a_save_in_a_new_process(repository: Repository, tmp_path: Path) -> None:
    command = [sys.executable, "-c", SAVE_ALONE, str(tmp_path), str(repository.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not over(Counts(**json.loads(done.stdout)), SAVE_IN_A_NEW_PROCESS)


def test_a_write_in_the_tree(repository: Repository) -> None:
    tree = ByPath(repository.root)
    for number in (10, 11, 12):
        tree.write("heads/main/image.xmp", sidecar(number))
    settle()
    with counted() as counts:
        tree.write("heads/main/image.xmp", sidecar(13))
    assert not over(counts, WRITE)


@pytest.mark.needs_program("strace")
def test_no_open_is_missed(repository: Repository, tmp_path: Path) -> None:
    command = [sys.executable, "-c", READ_ALONE, str(repository.root)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as child:
        assert child.stdin and child.stdout and child.stdout.readline() == "ready\n"
        with traced(child.pid, tmp_path / "trace") as trace:
            print(file=child.stdin, flush=True)
            opens = int(child.stdout.readline())
        child.stdin.close()
    assert 0 < opens == trace.opens


@pytest.fixture
def daemon(repository: Repository, tmp_path: Path) -> Iterator[Daemon]:
    """The repository on a real mount."""
    mounted = Daemon(repository.root, tmp_path / "mnt")
    yield mounted
    mounted.unmount()


def read(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.read(descriptor, 1 << 20)
    os.close(descriptor)


def write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC)
    os.write(descriptor, data)
    os.close(descriptor)


def assert_within(trace: Trace, limit: tuple[int, int]) -> None:
    """No more opens and requests than `limit` allows each of `TIMES` times."""
    most_opens, most_requests = (TIMES * each + more for each, more in zip(limit, ASKED_AGAIN, strict=True))
    assert trace.opens <= most_opens, trace.calls
    forgets = trace.requests["FORGET"] + trace.requests["BATCH_FORGET"]  # have no answer, and come when they come
    assert trace.requests.total() - forgets <= most_requests, trace.requests


@pytest.mark.needs_fuse
@pytest.mark.needs_program("strace")
@pytest.mark.parametrize("path", MOUNTED_READS)
def test_a_read_through_a_mount(daemon: Daemon, tmp_path: Path, path: str) -> None:
    read(daemon.mountpoint / path)
    with traced(daemon.process.pid, tmp_path / "trace") as trace:
        for _ in range(TIMES):
            read(daemon.mountpoint / path)
    assert trace.requests["OPEN"] == TIMES
    assert_within(trace, MOUNTED_READS[path])


@pytest.mark.needs_fuse
@pytest.mark.needs_program("strace")
def test_repeated_stat_of_a_tags_file_asks_for_its_folders_only(daemon: Daemon, tmp_path: Path) -> None:
    path = daemon.mountpoint / "tags/v1/image.xmp"
    path.stat()
    with traced(daemon.process.pid, tmp_path / "trace") as trace:
        for _ in range(3):
            path.stat()
            time.sleep(1.1)  # the kernel asks for the folders, tags and v1, again each second
    assert trace.requests.total() <= 6, trace.requests


@pytest.mark.needs_fuse
@pytest.mark.needs_program("strace")
def test_repeated_stat_of_a_branch_file_sends_no_request(daemon: Daemon, tmp_path: Path) -> None:
    paths = [daemon.mountpoint / "heads/main" / name for name in ("image.xmp", "a.tif.xmp")]
    with traced(daemon.process.pid, tmp_path / "trace") as trace:
        began = time.monotonic()
        for _ in range(100):
            for path in paths:
                path.stat()
        seconds = int(time.monotonic() - began) + 1  # the kernel asks again each second
    first = 2 + 3 * len(paths)  # the two folders, and each file three times
    assert trace.requests.total() <= first * seconds, trace.requests


@pytest.mark.needs_fuse
@pytest.mark.needs_program("strace")
def test_repeated_stat_of_an_image_in_a_roll_asks_once_a_second(daemon: Daemon, tmp_path: Path) -> None:
    path = daemon.mountpoint / "roll/a.tif"
    with traced(daemon.process.pid, tmp_path / "trace") as trace:
        began = time.monotonic()
        for _ in range(100):
            path.stat()
        seconds = int(time.monotonic() - began) + 1
    assert trace.requests.total() <= 2 * (seconds + 1), trace.requests  # the roll, and the image in it


@pytest.mark.needs_fuse
@pytest.mark.needs_program("strace")
def test_the_kernel_keeps_the_listing_of_a_fixed_state(repository: Repository, daemon: Daemon, tmp_path: Path) -> None:
    state = daemon.mountpoint / "snapshots" / repository.tip(MAIN)
    listings = [sorted(os.listdir(folder)) for folder in (state, state / "masks")]
    with traced(daemon.process.pid, tmp_path / "trace") as trace:
        assert [sorted(os.listdir(folder)) for folder in (state, state / "masks")] == listings
    assert trace.requests["OPENDIR"] == 2
    assert trace.requests["READDIR"] == 0


def in_few_shards(repository: Repository) -> Iterator[bytes]:
    """Sidecars whose snapshots go into the same 16 folders of the store."""
    masks = repository.state(repository.tip(MAIN)).masks
    sidecars = (sidecar(number) for number in count(100))
    return (data for data in sidecars if parse(data).with_masks(masks).digest.startswith("0"))


@pytest.mark.needs_fuse
@pytest.mark.needs_program("strace")
def test_a_save_through_a_mount(repository: Repository, daemon: Daemon, tmp_path: Path) -> None:
    path, sidecars = daemon.mountpoint / "heads/main/image.xmp", in_few_shards(repository)
    for data in islice(sidecars, 80):  # the daemon makes each folder of the store durable once
        write(path, data)
    known = len(os.listdir(repository.root / "objects"))
    with traced(daemon.process.pid, tmp_path / "trace") as trace:
        for data in islice(sidecars, TIMES):
            write(path, data)
    assert len(os.listdir(repository.root / "objects")) == known
    assert trace.requests["FLUSH"] == TIMES
    assert_within(trace, MOUNTED_WRITE)
