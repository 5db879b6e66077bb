#!/usr/bin/env python
"""How long identities take: canonical form and edit hash beside lxml's parse and C14N 2.0 of the same bytes.

    scripts/bench_xmp.py [REPEATS]

Times are milliseconds, the best of REPEATS (100) for each. The goal: `digest` (parse, canonical form and SHA-256) is
no slower than lxml's parse and C14N 2.0 together. Two shapes of sidecar: many steps, and one step with large values.
"""

from __future__ import annotations

import random
import sys
import timeit
from collections.abc import Callable

from lxml import etree

from chemigram_core.xmp import parse

KILOBYTES = (5, 20, 50, 150, 500)
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
    xmlns:darktable="http://darktable.sf.net/"
   xmp:Rating="1"
   xmpMM:DerivedFrom="IMG_0001.RAF"
   darktable:change_timestamp="63814939450966578"
   darktable:xmp_version="5"
   darktable:history_end="%d">
   <darktable:history>
    <rdf:Seq>
"""
STEP = """     <rdf:li
      darktable:num="%d"
      darktable:operation="%s"
      darktable:enabled="1"
      darktable:modversion="3"
      darktable:params="%s"
      darktable:multi_name=""
      darktable:multi_name_hand_edited="0"
      darktable:multi_priority="0"
      darktable:blendop_version="11"
      darktable:blendop_params="gz14eJxjYIAACQYYOOHEgAYY0QVwggZ7CB6pfNoAAEkgGQQ="/>
"""
TAIL = "    </rdf:Seq>\n   </darktable:history>\n  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n"
OPERATIONS = ("exposure", "temperature", "filmicrgb", "colorbalancergb", "toneequal", "sharpen")


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
    """A history of steps with parameters of 30 to 150 bytes, as most modules have."""
    chance, steps = random.Random(1), list[str]()
    while sum(map(len, steps)) + len(HEAD) + len(TAIL) < size_bytes:
        steps.append(step(len(steps), chance.randbytes(chance.randrange(30, 150))))
    return (HEAD % len(steps) + "".join(steps) + TAIL).encode()


def large_values(size_bytes: int) -> bytes:
    """Few steps, the last of which has nearly all of the bytes, as a brushed mask or a long retouch has."""
    chance = random.Random(2)
    steps = [step(num, chance.randbytes(40)) for num in range(3)]
    rest = size_bytes - len(HEAD) - len(TAIL) - sum(map(len, steps)) - len(STEP)
    return (HEAD % 4 + "".join([*steps, step(3, chance.randbytes(rest // 2))]) + TAIL).encode()


def step(num: int, params: bytes) -> str:
    return STEP % (num, OPERATIONS[num % len(OPERATIONS)], params.hex())


if __name__ == "__main__":
    main()
