"""Comparing two states, folders, zips or files: what changed, in words, data and pictures. Knows no mount."""

from chemigram_core.compare.comparators.container import Lister, Listing
from chemigram_core.compare.compare import compare, compare_paths, compare_states
from chemigram_core.compare.comparison import Comparison
from chemigram_core.compare.controller import Comparator, Expand, Identical, Leaf, Outcome, Skip, Transformer
from chemigram_core.compare.extension import Extension
from chemigram_core.compare.item import DataAccess, ItemPair, ItemRef
from chemigram_core.compare.node import Action, Changeset, DiffNode
from chemigram_core.compare.renderers.json import as_json
from chemigram_core.compare.renderers.markdown import as_markdown
from chemigram_core.compare.renderers.narrative import Line, Section, Topic, sections
from chemigram_core.compare.renderers.text import as_text
from chemigram_core.compare.stored import StoredStates

__all__ = [
    "Action",
    "Changeset",
    "Comparator",
    "Comparison",
    "DataAccess",
    "DiffNode",
    "Expand",
    "Extension",
    "Identical",
    "ItemPair",
    "ItemRef",
    "Leaf",
    "Line",
    "Lister",
    "Listing",
    "Outcome",
    "Section",
    "Skip",
    "StoredStates",
    "Topic",
    "Transformer",
    "as_json",
    "as_markdown",
    "as_text",
    "compare",
    "compare_paths",
    "compare_states",
    "sections",
]
