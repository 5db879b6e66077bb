"""Hostile input: each case gets its promised verdict, in less than 2 s and 512 MB, and the daemon lives on.

Each is judged in a process of its own; then XMPs, PNGs and names go through a mount, which must be as quick.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from chemigram_core.digest import Digest
from chemigram_core.errors import ChemigramError, StoreFailed
from chemigram_core.masks import png
from chemigram_core.names import BranchName
from chemigram_core.operations.save import save_xmp
from chemigram_core.refs.refs import Refs
from chemigram_core.repository import Repository
from chemigram_core.sidecar import canonicalize, parse
from scripts.campaigns.hostile_cases import Case, Kind, Verdict, cases
from scripts.campaigns.report import Report
from tests.support.builders import mask, sidecar
from tests.support.daemon import Daemon

MAIN = BranchName("main")
_SECONDS = 2.0
_BYTES = 512 << 20
_ACCEPTED, _REFUSED, _BROKEN = 0, 1, 2


def run(seed: int, size: int, folder: Path) -> Report:
    """Judge `size` cases."""
    report = Report("hostile_input", seed, size)
    known = cases(seed, size)
    root = Repository.init(folder / "repository").root
    report.figures["slowest"] = f"{max(_alone(case, root, report) for case in known):.2f} s"
    report.figures["largest"] = f"{report.counts.pop('bytes at most') >> 20} MiB"
    _through_a_mount(known, Repository.init(folder / "mounted").root, folder / "mnt", report)
    return report


def _alone(case: Case, root: Path, report: Report) -> float:
    """Judge a case in a child; how long it took, in seconds."""
    began = time.monotonic()
    child = os.fork()
    if not child:
        os._exit(_verdict(case, root))
    _, status, usage = os.wait4(child, 0)
    seconds, size_bytes = time.monotonic() - began, usage.ru_maxrss * 1024
    report.counts[f"{case.kind.name} cases"] += 1
    report.counts["bytes at most"] = max(report.counts["bytes at most"], size_bytes)
    verdict = os.waitstatus_to_exitcode(status)
    if verdict not in (_ACCEPTED, _REFUSED):
        report.violation(f"{case.kind.name}, {case.what}: ended with {verdict}")
    elif case.verdict is _opposite(was_accepted=verdict == _ACCEPTED):
        report.violation(f"{case.kind.name}, {case.what}: not {case.verdict.name.lower()}")
    if size_bytes > _BYTES:
        report.violation(f"{case.kind.name}, {case.what}: {size_bytes >> 20} MiB")
    if seconds > _SECONDS:
        report.too_slow.append(f"{case.kind.name}, {case.what}: {seconds:.2f} s")
    return seconds


def _opposite(*, was_accepted: bool) -> Verdict:
    return Verdict.REFUSED if was_accepted else Verdict.ACCEPTED


def _verdict(case: Case, root: Path) -> int:
    try:
        _JUDGES[case.kind](case, root)
    except ChemigramError:
        return _REFUSED
    except BaseException:
        return _BROKEN
    return _ACCEPTED


def _judge_xmp(case: Case, _: Path) -> None:
    document = parse(case.data)
    if canonicalize(document.canonical()) != document.canonical() or not document.edit_digest:
        raise AssertionError(case.what)


def _judge_png(case: Case, _: Path) -> None:
    png.check(case.data)


def _judge_ref(case: Case, root: Path) -> None:
    path = root / "refs" / "heads" / "main"
    path.write_bytes(case.data)
    if case.what == "a gigabyte":
        os.truncate(path, 1 << 30)
    Refs(root).read(MAIN)


def _judge_name(case: Case, _: Path) -> None:
    BranchName(case.data.decode("utf-8", "surrogatepass"))


_JUDGES: dict[Kind, Callable[[Case, Path], None]] = {
    Kind.XMP: _judge_xmp,
    Kind.PNG: _judge_png,
    Kind.REF: _judge_ref,
    Kind.NAME: _judge_name,
}


def _through_a_mount(known: list[Case], root: Path, mountpoint: Path, report: Report) -> None:
    save_xmp(Repository(root), MAIN, sidecar())
    daemon = Daemon(root, mountpoint)
    try:
        for case in known:
            _send(case, mountpoint, report)
        report.figures["daemon at most"] = f"{(peak := _peak_bytes(daemon)) >> 20} MiB"
        if peak > _BYTES:
            report.violation(f"the daemon took {peak >> 20} MiB")
        if not daemon.is_alive:
            report.violation("the daemon has died")
        (mountpoint / "heads/main/masks/last.png").write_bytes(mask(9))
        (mountpoint / "heads/main/image.xmp").write_bytes(sidecar(7))
        if Digest.of((mountpoint / "heads/main/image.xmp").read_bytes()) != Repository(root).tip(MAIN):
            report.violation("the next save was not saved")
    except (OSError, StoreFailed) as error:
        report.violation(f"a save afterwards: {error}")
    finally:
        daemon.unmount()


def _send(case: Case, mountpoint: Path, report: Report) -> None:
    began = time.monotonic()
    try:
        match case.kind:
            case Kind.XMP if case.data:
                (mountpoint / "heads/main/image.xmp").write_bytes(case.data)
            case Kind.PNG if case.data:
                (mountpoint / "heads/main/masks/m.png").write_bytes(case.data)
            case Kind.NAME if case.data.strip(b"./") and b"/" not in case.data and b"\0" not in case.data:
                Path(os.fsdecode(os.fsencode(mountpoint / "heads") + b"/" + case.data)).mkdir()
            case _:
                return
        accepted = True
    except OSError:
        accepted = False
    report.counts["through the mount"] += 1
    if case.verdict is _opposite(was_accepted=accepted) and case.data != b"main":
        report.violation(f"mount: {case.kind.name}, {case.what}: not {case.verdict.name.lower()}")
    if (seconds := time.monotonic() - began) > _SECONDS:
        report.too_slow.append(f"mount: {case.kind.name}, {case.what}: {seconds:.2f} s")


def _peak_bytes(daemon: Daemon) -> int:
    lines = Path(f"/proc/{daemon.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
