"""Full disk: a tmpfs of a few megabytes is filled `size` times by saves through a mount, until there is no room.

A save that doesn't fit fails with ENOSPC, everything acknowledged is there and readable, and once there is room again
saves succeed. Needs root, to mount the tmpfs.
"""

from __future__ import annotations

import errno
import os
import subprocess
from pathlib import Path
from random import Random

from chemigram_core.repository import Repository
from scripts.campaigns.acknowledged import Acknowledged
from scripts.campaigns.report import Report
from tests.support.builders import mask, sidecar
from tests.support.daemon import Daemon

_DISK_BYTES = 4 << 20
_FILLER_BYTES = 2 << 20


def run(seed: int, size: int, folder: Path) -> Report:
    """Fill a disk `size` times."""
    report, random = Report("full_disk", seed, size), Random(seed)
    for time in range(size):
        disk = folder / f"disk-{time}"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_DISK_BYTES}", "chemfs-campaign", disk], check=True)
        try:
            _fill(disk, folder / f"mnt-{time}", random, report)
        finally:
            subprocess.run(["umount", disk], check=True)
    return report


def _fill(disk: Path, mountpoint: Path, random: Random, report: Report) -> None:
    acknowledged = Acknowledged(Repository.init(disk / "repository").root)
    filler = disk / "filler"
    filler.write_bytes(os.urandom(random.randrange(_FILLER_BYTES // 2, _FILLER_BYTES)))
    daemon = Daemon(disk / "repository", mountpoint)
    try:
        number = _save_until_full(mountpoint, acknowledged, report)
        _check(daemon, acknowledged, report, "when it was full")
        filler.unlink()
        for more in range(3):
            _save(mountpoint, acknowledged, number + 1 + more)
        _check(daemon, acknowledged, report, "after room was made")
    except OSError as error:
        report.violation(f"with room again: {error}")
    finally:
        daemon.unmount()


def _save_until_full(mountpoint: Path, acknowledged: Acknowledged, report: Report) -> int:
    number, refused = 0, 0
    while refused < 5:  # programs try again
        number += 1
        try:
            _save(mountpoint, acknowledged, number)
        except OSError as error:
            refused += 1
            report.counts["saves refused"] += 1
            if error.errno != errno.ENOSPC:
                report.violation(f"a full disk was reported as {error}")
    report.counts["acknowledged saves"] += acknowledged.saves
    return number


def _save(mountpoint: Path, acknowledged: Acknowledged, number: int) -> None:
    if number % 2:
        data = sidecar(number, entries=40)
        (mountpoint / "heads/main/image.xmp").write_bytes(data)
        acknowledged.saved(data)
    else:
        data = mask(number % 256, size=(400, 200 + number), compress_level=0)
        (mountpoint / "heads/main/masks/m.png").write_bytes(data)
        acknowledged.saved_mask(data)


def _check(daemon: Daemon, acknowledged: Acknowledged, report: Report, when: str) -> None:
    for violation in acknowledged.violations():
        report.violation(f"{when}: {violation}")
    if left := list(daemon.root.rglob(".tmp-*")):
        report.violation(f"{when}: {left} left")
    if not daemon.is_alive:
        report.violation(f"{when}: the daemon has died")
