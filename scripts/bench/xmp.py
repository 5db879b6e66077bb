"""How long identities take: canonical form and edit hash beside lxml's parse and C14N 2.0 of the same bytes.

    python -m scripts.bench.xmp [REPEATS]

Times are milliseconds, the best of REPEATS (100) for each. The goal: `digest` (parse, canonical form and SHA-256) is
no slower than lxml's parse and C14N 2.0 together. Two shapes of sidecar: many steps, and one step with large values.
"""

from __future__ import annotations

import random
import sys
import timeit
from collections.abc import Callable

from lxml import etree

from chemigram_core.sidecar import parse
from tests.support.builders import sidecar

KILOBYTES = (5, 20, 50, 150, 500)


def main() -> None:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print(f"{'':>20} {'lxml parse':>11} {'C14N 2.0':>9} {'together':>9} {'digest':>9} {'ratio':>6} {'and edit':>9}")
    for shape, make in (("many steps", many_steps), ("large values", large_values)):
        for kilobytes in KILOBYTES:
            print(f"{shape:>13} {kilobytes:>3} KB {row(make(kilobytes * 1000), repeats)}", flush=True)


def row(data: bytes, repeats: int) -> str:
    parsing = best(lambda: etree.fromstring(data), repeats)
    together = best(lambda: etree.tostring(etree.fromstring(data), method="c14n2"), repeats)
    digest = best(lambda: parse(data).digest, repeats)
    edit = best(lambda: identities(data), repeats)
    times = f"{parsing:>11.3f} {together - parsing:>9.3f} {together:>9.3f} {digest:>9.3f}"
    return f"{times} {digest / together:>6.2f} {edit:>9.3f}"


def identities(data: bytes) -> tuple[str, str]:
    document = parse(data)
    return document.digest, document.edit_digest


def best(action: Callable[[], object], repeats: int) -> float:
    return min(timeit.repeat(action, number=1, repeat=repeats)) * 1000


def many_steps(size_bytes: int) -> bytes:
    """A long history."""
    empty_bytes, one_bytes = (len(sidecar(entries=entries)) for entries in (0, 1))
    return sidecar(entries=(size_bytes - empty_bytes) // (one_bytes - empty_bytes))


def large_values(size_bytes: int) -> bytes:
    """Few steps, the last of which has nearly all of the bytes, as a brushed mask or a long retouch has."""
    few = sidecar(entries=4)
    value = random.Random(2).randbytes((size_bytes - len(few)) // 2).hex()
    return few.replace(b"00000003" * 7, value.encode())


if __name__ == "__main__":
    main()
