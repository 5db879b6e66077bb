"""A unified diff of two texts, in time proportional to their length, whatever they contain. Knows no XMP.

Lines that are unique in both texts are anchors (as in Bram Cohen's patience diff); between them the same is
repeated. difflib's own search takes hours for some texts of a megabyte, and a mount must answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher

from chemigram_core.compare.longest_increasing import longest_increasing

_MOST_LEVELS = 8  # recursion between anchors; the rest then counts as replaced


def unified_diff(before: Sequence[str], after: Sequence[str], names: tuple[str, str]) -> Iterator[str]:
    """The lines of the diff of two texts called `names`, three lines around each change; none when they are equal."""
    groups = list(_Matcher(before, after).get_grouped_opcodes())
    if groups:
        yield from (f"--- {names[0]}\n", f"+++ {names[1]}\n")
    for group in groups:
        (_, old, _, new, _), (_, _, old_end, _, new_end) = group[0], group[-1]
        yield f"@@ -{_place(old, old_end)} +{_place(new, new_end)} @@\n"
        for kind, old, old_end, new, new_end in group:
            if kind == "equal":
                yield from (f" {line}" for line in before[old:old_end])
            else:
                yield from (f"-{line}" for line in before[old:old_end])
                yield from (f"+{line}" for line in after[new:new_end])


class _Matcher(SequenceMatcher[str]):
    """difflib's grouping of changes, over runs of equal lines that are found differently."""

    def __init__(self, before: Sequence[str], after: Sequence[str]) -> None:
        super().__init__(None, before, after, autojunk=False)
        self._texts = before, after

    def get_matching_blocks(self) -> list[Match]:
        before, after = self._texts
        joined = [Match(0, 0, 0)]
        for run in (run for run in _runs(before, after) if run.size):
            last = joined[-1]
            if (last.a + last.size, last.b + last.size) == (run.a, run.b):
                joined[-1] = last._replace(size=last.size + run.size)
            else:
                joined.append(run)
        return [*joined, Match(len(before), len(after), 0)]


def _runs(before: Sequence[str], after: Sequence[str], levels: int = _MOST_LEVELS) -> Iterator[Match]:
    """The runs of equal lines, in order: common head, then around the anchors, then common tail."""
    head = _equal(before, after)
    yield Match(0, 0, head)
    tail = _equal(before[head:][::-1], after[head:][::-1])
    end, new_end = len(before) - tail, len(after) - tail
    held = _holding(before[head:end], after[head:new_end]) if levels else []
    old = new = head
    for at, to in held:
        yield from _moved(_runs(before[old : head + at], after[new : head + to], levels - 1), old, new)
        old, new = head + at, head + to
    if held:
        yield from _moved(_runs(before[old:end], after[new:new_end], levels - 1), old, new)
    yield Match(end, new_end, tail)


def _moved(runs: Iterator[Match], old: int, new: int) -> Iterator[Match]:
    return (Match(run.a + old, run.b + new, run.size) for run in runs)


def _equal(before: Sequence[str], after: Sequence[str]) -> int:
    """The number of equal lines at the beginning."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((at for at, (old, new) in pairs if old != new), min(len(before), len(after)))


def _holding(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """The places of the anchors: lines that are unique in both texts, and in the same order."""
    places = _once(after)
    common = [(at, places[line]) for line, at in _once(before).items() if line in places]
    return [common[kept] for kept in longest_increasing([to for _, to in common])]


def _once(lines: Sequence[str]) -> dict[str, int]:
    counts = Counter(lines)
    return {line: at for at, line in enumerate(lines) if counts[line] == 1}


def _place(start: int, end: int) -> str:
    """A range of lines in diff notation: its start, and the number of lines unless that is one."""
    length = end - start
    return f"{start + bool(length)}" + (f",{length}" if length != 1 else "")
