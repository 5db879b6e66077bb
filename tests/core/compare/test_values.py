"""Values of an XMP in words: any two that differ read differently, and none makes a sentence long."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chemigram_core.compare.edit.values import both_in_words
from chemigram_core.xmp import Array, Localized, Reference, Struct, Value

_TEXTS = st.text('ab1 "\n\\(),:{}', max_size=5) | st.text("a b", min_size=90, max_size=120)
_LEAVES: st.SearchStrategy[Value] = _TEXTS | st.builds(Localized, _TEXTS, _TEXTS) | st.builds(Reference, _TEXTS)


def _larger(values: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    arrays = st.builds(Array, st.sampled_from(["Alt", "Bag", "Seq"]), st.lists(values, max_size=10).map(tuple))
    return arrays | st.builds(Struct, st.dictionaries(st.sampled_from(["dc:a", "{urn:x}b"]), values, max_size=2))


VALUES = st.none() | st.recursive(_LEAVES, _larger, max_leaves=12)


@given(st.sampled_from(["xmp:Rating", "dc:title"]), VALUES, VALUES)
def test_different_values_print_differently(name: str, left: Value | None, right: Value | None) -> None:
    if left != right:
        before, after = both_in_words(name, left, right)
        assert before != after
        assert all("\n" not in words for words in (before, after))
