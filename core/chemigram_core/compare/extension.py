"""What other packages can add to comparisons. A value; knows no plug-in and no package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chemigram_core.compare.comparators.container import Lister
from chemigram_core.compare.controller import Comparator, Transformer


@dataclass(frozen=True, slots=True)
class Extension:
    """Comparators, transformers and data backends for further kinds of files.

    `comparators` are asked before ours, in their order: one that answers Skip leaves the pair to the next. `listers`
    are data backends: each lists one kind of container, with handles of its own that open the files in it; they are
    asked before ours, too. `transformers` run after ours, so they see moves and copies.
    """

    comparators: Sequence[Comparator] = ()
    transformers: Sequence[Transformer] = ()
    listers: Sequence[Lister] = ()
