"""The system calls by which a program changed files, as strace saw them, in the order in which they returned.

strace prints every path and every byte in hexadecimal (-xx) and the path behind every descriptor (-y), so a line has
all that is needed to repeat the call.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_CALLS = (
    "open,openat,creat,write,pwrite64,ftruncate,fsync,fdatasync,syncfs,mkdir,mkdirat,rmdir,unlink,unlinkat,"
    "rename,renameat,renameat2,symlink,symlinkat,link,linkat"
)
OPTIONS = ("-qq", "-y", "-xx", "-s", "100000000", "-e", f"trace={_CALLS}")

_LINE = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+)")
_UNFINISHED = re.compile(r"^(\d+) +(\w+\(.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$")
_ARGUMENT = re.compile(r'(?:AT_FDCWD|\d+)<((?:\\x[0-9a-f]{2})*)>|"((?:\\x[0-9a-f]{2})*)"|([^,\s][^,]*)')


@dataclass(frozen=True, slots=True)
class Call:
    """A call that succeeded: its name, and its arguments, paths of descriptors and strings as bytes."""

    name: str
    arguments: tuple[bytes | str, ...]

    def path(self, index: int) -> str:
        """The path in argument `index`, or in the folder there and the name behind it for the calls that end in at."""
        first = self.arguments[index]
        if not isinstance(first, bytes):
            raise TypeError(self)
        if not self.name.removesuffix("2").endswith("at"):
            return first.decode()
        name = self.arguments[index + 1]
        if not isinstance(name, bytes):
            raise TypeError(self)
        return name.decode() if name.startswith(b"/") else f"{first.decode()}/{name.decode()}"

    @property
    def flags(self) -> str:
        """The arguments that are no paths, strings or descriptors."""
        return " ".join(argument for argument in self.arguments if isinstance(argument, str))

    def data(self, index: int) -> bytes:
        """The bytes in argument `index`."""
        data = self.arguments[index]
        return data if isinstance(data, bytes) else b""


def trace(command: Sequence[str], log: Path) -> list[Call]:
    """Run a program under strace. Raises CalledProcessError when it fails."""
    subprocess.run(["strace", "-f", *OPTIONS, "-o", str(log), *command], check=True)
    return list(calls(log.read_text().splitlines()))


def calls(lines: Sequence[str]) -> Iterator[Call]:
    """The calls of a trace that succeeded."""
    begun: dict[str, str] = {}
    for line in lines:
        if unfinished := _UNFINISHED.match(line):
            begun[unfinished[1]] = unfinished[2]
        elif resumed := _RESUMED.match(line):
            yield from _call(f"{resumed[1]} {begun.pop(resumed[1])}{resumed[2]}")
        else:
            yield from _call(line)


def _call(line: str) -> Iterator[Call]:
    if (found := _LINE.match(line)) and int(found[4]) >= 0:
        yield Call(found[2], tuple(_argument(argument) for argument in _ARGUMENT.finditer(found[3])))


def _argument(found: re.Match[str]) -> bytes | str:
    descriptor, text, other = found.groups()
    coded = descriptor if descriptor is not None else text
    return other if coded is None else bytes.fromhex(coded.replace("\\x", ""))
