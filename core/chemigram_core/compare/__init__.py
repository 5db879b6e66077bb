"""Comparing two states, folders, zips or files: what changed, in words, data and pictures. Knows no mount."""

from chemigram_core.compare.compare import compare, compare_paths, compare_states
from chemigram_core.compare.comparison import Comparison
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
    "Comparison",
    "DataAccess",
    "DiffNode",
    "ItemPair",
    "ItemRef",
    "Line",
    "Section",
    "StoredStates",
    "Topic",
    "as_json",
    "as_markdown",
    "as_text",
    "compare",
    "compare_paths",
    "compare_states",
    "sections",
]
