"""How long a garbage collection takes, how much memory it needs, how both grow, and how long a save waits meanwhile.

Each row is a fresh repository, half of which nothing reaches: states of 10 KB with three masks each, ten states a mask,
a branch that is kept and one hundred that were deleted. The collector runs in a process of its own; another one saves
all the time. Beside the time stands that of the CPU, as a collection lets savers go first and waits for the disk.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from chemigram_core.digest import Digest
from chemigram_core.masks.provenance import Provenance
from chemigram_core.masks.registry import Pointer, Registry
from chemigram_core.names import MaskName
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from chemigram_core.sidecar import parse
from scripts.bench.content import edit
from tests.support.builders import sidecar

TIME = "2026-11-20T08:00:00.000000+00:00"
STATES_PER_MASK = 10
DELETED_BRANCHES = 100
SAVES_ALONE = 100
ENTRIES = 22  # of a history: 10 KB
FIRST_PARAMS = re.compile(rb"(?<=darktable:params=.)\w{56}")
NAMES = [MaskName("current_sky_mask"), MaskName("current_subject_mask"), MaskName("fish")]

COLLECT = """
import json, resource, sys, time
from datetime import timedelta
from pathlib import Path
from chemigram_core.gc.collector import collect
from chemigram_core.repository import Repository
before = time.perf_counter()
found = collect(Repository(Path(sys.argv[1])), timedelta(0))
seconds = time.perf_counter() - before
usage = resource.getrusage(resource.RUSAGE_SELF)
cpu_seconds = usage.ru_utime + usage.ru_stime
print(json.dumps([seconds, cpu_seconds, usage.ru_maxrss / 1024, len(found.snapshots), len(found.masks)]))
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--snapshots", type=int, default=100_000, help="of the largest repository (default 100000)")
    parser.add_argument("--rows", type=int, default=4, help="each half as large as the one below (default 4)")
    parser.add_argument("--folder", type=Path, help="where to work (default: the system's temporary folder)")
    options = parser.parse_args()
    print(f"{'':61} save alone       beside it")
    print("snapshots   masks  removed        seconds  of CPU  ms each  MB  median longest  median longest")
    for halvings in reversed(range(options.rows)):
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            measure(Path(folder) / "repository", options.snapshots >> halvings)


def measure(root: Path, snapshots: int) -> None:
    """Build one repository, collect, and print a row."""
    repository = Repository.init(root)
    build(repository, snapshots)
    alone = [save(repository) for _ in range(SAVES_ALONE)]
    result, beside = collect_beside_a_saver(repository)
    seconds, cpu_seconds, memory_mb, removed_snapshots, removed_masks = result
    masks = snapshots // STATES_PER_MASK
    removed = f"{removed_snapshots}+{removed_masks}"
    print(
        f"{snapshots:9} {masks:7}  {removed:13} {seconds:8.1f} {cpu_seconds:7.1f}"
        f" {cpu_seconds / snapshots * 1000:8.3f} {memory_mb:3.0f}  {in_columns(alone)}  {in_columns(beside)}"
    )


def in_columns(waits: list[float]) -> str:
    """How long saves took, in seconds: median and longest."""
    return f"{statistics.median(waits):6.3f} {max(waits):7.3f}"


def build(repository: Repository, snapshots: int) -> None:
    """Objects, log and refs as saves leave them, written without waiting for the disk."""
    masks = [picture(number) for number in range(snapshots // STATES_PER_MASK)]
    digests = [Digest.of(mask) for mask in masks]
    for digest, mask in zip(digests, masks, strict=True):
        put(repository.root, digest, ".png", mask)
    template = parse(sidecar(entries=ENTRIES)).with_masks(
        dict(zip(NAMES, map(Digest, ("a" * 64, "b" * 64, "c" * 64)), strict=True))
    )
    known = {digest: Provenance("sam2", "the fish", created_at=TIME) for digest in digests}
    repository.registry.write(Registry({NAMES[-1]: Pointer(digests[0], tuple(digests[1:]))}, known))
    parent, kept = None, snapshots // 2
    with (repository.root / "log.jsonl").open("w") as log:
        for number in range(snapshots):
            own = dict(zip(NAMES, masks_of(digests, number, snapshots), strict=True))
            data = state(template.canonical(), number, own)
            digest = Digest.of(data)
            put(repository.root, digest, ".xmp", data)
            deleted = number - kept
            if number == kept or (deleted > 0 and deleted % (kept // DELETED_BRANCHES) == 0):
                parent = None  # a branch that was deleted since
            log.write(json.dumps(line(digest, parent, own), separators=(",", ":")) + "\n")
            parent = digest
            if number == kept - 1:
                repository.refs.create(MAIN, digest)


def masks_of(digests: list[Digest], number: int, snapshots: int) -> Iterator[Digest]:
    """Three masks: kept states share those of the first half, the others those of the second."""
    half = len(digests) // 2
    first = 0 if number < snapshots // 2 else half
    return (digests[first + (number // STATES_PER_MASK + step) % half] for step in range(3))


def state(template: bytes, number: int, masks: dict[MaskName, Digest]) -> bytes:
    """A canonical XMP with another edit and other masks."""
    data = FIRST_PARAMS.sub(b"%056x" % number, template, count=1)
    for placeholder, mask in zip(b"abc", masks.values(), strict=True):
        data = data.replace(bytes([placeholder]) * 64, mask.encode())
    return data


def line(digest: Digest, parent: Digest | None, masks: dict[MaskName, Digest]) -> dict[str, object]:
    """A line of the log."""
    return {"timestamp": TIME, "op": "snapshot", "hash": digest, "ref": MAIN.ref, "parent": parent, "masks": masks}


def put(root: Path, digest: Digest, suffix: str, data: bytes) -> None:
    """Write an object."""
    path = root / "objects" / digest.shard / (digest.rest + suffix)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)


def picture(number: int) -> bytes:
    """Something that is stored as a mask: only its first bytes are looked at here."""
    return b"\x89PNG\r\n\x1a\n" + b"%d" % number * 40


def collect_beside_a_saver(repository: Repository) -> tuple[tuple[float, float, float, int, int], list[float]]:
    """The line that the collector prints, and how long each save meanwhile took, in seconds."""
    collector = subprocess.Popen([sys.executable, "-c", COLLECT, repository.root], stdout=subprocess.PIPE, text=True)
    waits = [save(repository)]
    while collector.poll() is None:
        waits.append(save(repository))
    printed, _ = collector.communicate()
    return tuple(json.loads(printed)), waits


def save(repository: Repository) -> float:
    """Save an edit, then rest a little; how long the save took, in seconds."""
    before = time.perf_counter()
    save_xmp(repository, MAIN, edit(time.time_ns()))
    taken = time.perf_counter() - before
    time.sleep(0.05)
    return taken


if __name__ == "__main__":
    main()
