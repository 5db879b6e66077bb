"""Saving as programs of one's own do it: patches, maps, several descriptors, and writers that get killed."""

from __future__ import annotations

from tests.mounted.programs.case import Case, on_both, python, table
from tests.mounted.programs.desk import Desk

KILL = "os.kill(os.getpid(), 9)"
KILLED = 137

IN_PLACE = on_both(
    Case(name="open w", command=python("open(F, 'wb').write(new)")),
    Case(name="open w in small pieces", command=python("""
        with open(F, "wb", buffering=0) as file:
            for at in range(0, len(new), 100):
                file.write(new[at : at + 100])
    """)),
    Case(name="open w slowly", command=python("""
        with open(F, "wb", buffering=0) as file:
            time.sleep(0.1)
            file.write(new[:half])
            time.sleep(0.1)
            file.write(new[half:])
            time.sleep(0.1)
    """)),
    Case(name="fsync in the middle", command=python("""
        with open(F, "wb", buffering=0) as file:
            file.write(new[:half])
            os.fsync(file)
            time.sleep(0.1)
            file.write(new[half:])
            os.fsync(file)
    """)),
    Case(name="second half first", command=python("""
        with open(F, "wb", buffering=0) as file:
            file.seek(half)
            file.write(new[half:])
            time.sleep(0.1)
            file.seek(0)
            file.write(new[:half])
    """)),
    Case(name="open r+ and truncate last", command=python("""
        with open(F, "r+b", buffering=0) as file:
            file.write(new)
            file.truncate()
    """)),
    Case(name="truncate, then open r+", command=python("""
        os.truncate(F, 0)
        with open(F, "r+b") as file:
            file.write(new)
    """)),
    Case(name="read back before closing", command=python("""
        with open(F, "w+b", buffering=0) as file:
            file.write(new)
            assert os.fstat(file.fileno()).st_size == len(new)
            file.seek(0)
            assert file.read() == new
    """)),
    Case(name="duplicated descriptors", command=python("""
        first = os.open(F, os.O_WRONLY | os.O_TRUNC)
        second = os.dup(first)
        os.close(os.dup(first))
        os.write(first, new)
        os.close(first)
        os.close(second)
    """)),
    Case(name="a child has the file too", command=python("""
        file = os.open(F, os.O_WRONLY | os.O_TRUNC)
        if not os.fork():
            os._exit(0)
        os.wait()
        os.write(file, new)
        os.close(file)
    """)),
    Case(name="written twice, equal", command=python("""
        for _ in range(2):
            Path(F).write_bytes(new)
    """)),
    Case(name="opened for writing, not written", command=python("os.close(os.open(F, os.O_RDWR))"), snapshots=0),
    Case(name="emptied and closed", command=python("open(F, 'wb').close()"), snapshots=0),
    Case(name="made longer with nothing", command=python("os.truncate(F, os.stat(F).st_size + 5000)"), status=1,
         snapshots=0, rejected=1),
)  # fmt: skip

MAPPED = [
    *on_both(
        Case(name="mapped", command=python("""
            import mmap
            with open(F, "r+b") as file:
                file.truncate(len(new))
                with mmap.mmap(file.fileno(), 0) as content:
                    content[:] = new
        """)),
        Case(name="mapped for reading", snapshots=0, command=python("""
            import mmap
            with open(F, "rb") as file, mmap.mmap(file.fileno(), 0, mmap.MAP_SHARED, mmap.PROT_READ) as content:
                assert len(content[:]) == os.stat(F).st_size
        """)),
    ),
    Case(name="mapped, the file closed first", command=python("""
        import mmap
        with open(F, "r+b") as file:
            content = mmap.mmap(file.fileno(), 0)
        content[:] = new
        content.flush()
        content.close()
    """)),
]  # fmt: skip

RENAMED = on_both(
    Case(name="temporary and replace", command=python("""
        Path("draft").write_bytes(new)
        os.replace("draft", F)
    """)),
    Case(name="replaced while the temporary is open", command=python("""
        with open("draft", "wb") as file:
            file.write(new)
            os.replace("draft", F)
    """)),
    Case(name="replaced while half written", command=python("""
        with open("draft", "wb", buffering=0) as file:
            file.write(new[:half])
            os.replace("draft", F)
            time.sleep(0.1)
            file.write(new[half:])
    """)),
    Case(name="replaced by a hidden temporary beside it", command=python("""
        beside = str(Path(F).with_name(f".{Path(F).name}.tmp"))
        Path(beside).write_bytes(new)
        os.replace(beside, F)
    """)),
    Case(name="temporary in a folder", command=python("""
        Path("drafts").mkdir()
        Path("drafts/1").write_bytes(new)
        os.rename("drafts/1", F)
        Path("drafts").rmdir()
    """)),
    Case(name="fileinput", vanishes=True, command=python("""
        import fileinput
        with fileinput.input(F, inplace=True, backup=".old", mode="rb") as lines:
            for line in lines:
                if lines.isfirstline():
                    sys.stdout.write(new)
    """), leaves=("{}.old",)),
    Case(name="linked back", vanishes=True, leaves=("{}.1",), command=python("""
        os.rename(F, F + ".1")
        Path("draft").write_bytes(new)
        os.link("draft", F)
        os.unlink("draft")
    """)),
    Case(name="QSaveFile", programs="pyuic5", command="""/usr/bin/python3 -c '
import os
from PyQt5.QtCore import QIODevice, QSaveFile
file = QSaveFile(os.environ["F"])
assert file.open(QIODevice.WriteOnly)
file.write(open(os.environ["NEW"], "rb").read())
assert file.commit()'"""),
    Case(name="QSaveFile cancelled", programs="pyuic5", snapshots=0, command="""/usr/bin/python3 -c '
import os
from PyQt5.QtCore import QIODevice, QSaveFile
file = QSaveFile(os.environ["F"])
assert file.open(QIODevice.WriteOnly)
file.write(open(os.environ["NEW"], "rb").read())
file.cancelWriting()'"""),
)  # fmt: skip

KILLED_WRITERS = on_both(
    Case(name="killed when truncated", status=KILLED, snapshots=0, command=python(f"""
        file = open(F, "wb", buffering=0)
        {KILL}
    """)),
    Case(name="killed when half written", status=KILLED, snapshots=0, rejected=1, command=python(f"""
        file = open(F, "wb", buffering=0)
        file.write(new[:half])
        {KILL}
    """)),
    Case(name="killed when all was written", status=KILLED, command=python(f"""
        file = open(F, "wb", buffering=0)
        file.write(new)
        {KILL}
    """)),
    Case(name="killed before its rename", status=KILLED, snapshots=0, leaves=("draft",), command=python(f"""
        file = open("draft", "wb", buffering=0)
        file.write(new)
        {KILL}
    """)),
    Case(name="killed after its rename", status=KILLED, snapshots=0, rejected=1, command=python(f"""
        file = open("draft", "wb", buffering=0)
        file.write(new[:half])
        os.rename("draft", F)
        {KILL}
    """)),
    Case(name="killed when it had renamed away, then restored", snapshots=0, vanishes=True, command=f"""
        {python(f'os.rename(F, F + "~"); {KILL}')}
        test ! -e "$F" && mv "$F~" "$F"
    """),
)  # fmt: skip


@table([*IN_PLACE, *MAPPED])
def test_writing_in_place(case: Case, desk: Desk) -> None:
    desk.check(case)


@table(RENAMED)
def test_replacing(case: Case, desk: Desk) -> None:
    desk.check(case)


@table(KILLED_WRITERS)
def test_killed_writers(case: Case, desk: Desk) -> None:
    desk.check(case)
