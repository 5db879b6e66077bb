"""XMPs that no program should write: they are compared all the same, and never the same differences forgotten."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chemigram_core.compare import as_json, as_markdown, as_text
from chemigram_core.errors import InvalidXmp
from chemigram_core.sidecar import parse
from tests.core.compare.edits import Shape, Step, blending, group, sidecar
from tests.core.compare.trees import changeset, file

odd = st.sampled_from(
    ["", "0", "-1", "7", "99999999999999999999", "1" * 5000, "x", "\u0663", "1.5", "nan", "00", "gz", "gz01eJw=", "zz"]
)
steps = st.builds(
    Step,
    operation=st.sampled_from(["exposure", "mask_manager", "", "exposure "]),
    params=odd,
    modversion=odd,
    enabled=odd,
    multi_priority=odd,
    multi_name=odd,
    blendop_params=st.one_of(odd, st.just(blending(mask_mode=3, mask_id=7))),
    blendop_version=st.one_of(odd, st.just(13)),
)
shapes = st.builds(
    Shape,
    mask_id=st.one_of(odd, st.just(7)),
    mask_type=st.one_of(odd, st.just(4)),
    mask_points=st.one_of(odd, st.just("07000000" * 4)),
    mask_nb=odd,
    mask_num=odd,
)
sidecars = st.builds(
    lambda entries, rows, end, order: sidecar(
        *entries, shapes=rows, properties={"darktable:iop_order_list": order} if order else {}, end=end
    ),
    st.lists(steps, max_size=3),
    st.lists(shapes, max_size=2),
    st.none() | st.integers(0, 4),
    st.one_of(odd, st.just("exposure,0,a"), st.just("a,b,exposure,0")),
)


@given(sidecars, sidecars)
def test_two_odd_xmps_are_compared(left: bytes, right: bytes) -> None:
    changes = changeset(file("image.xmp", left, ()), file("image.xmp", right, ()))
    assert as_json(changes)
    assert as_text(changes)
    assert as_markdown(changes)
    try:
        before, after = parse(left), parse(right)
    except InvalidXmp:
        return
    assert (changes.root is None) == (before.digest == after.digest)
    clerical = changes.root is None or "clerical" in changes.root.tags
    assert clerical == (before.edit_digest == after.edit_digest)


def test_group_that_contains_itself_terminates() -> None:
    drawn = Step(blendop_params=blending(mask_mode=3, mask_id=7))
    left, right = (sidecar(drawn, shapes=[group(7, 7, 8), group(8, 7), replace(Shape(1), mask_num=n)]) for n in (0, 9))
    changes = changeset(file("image.xmp", left, ()), file("image.xmp", right, ()))
    assert "Shapes that no module uses: circle #1 removed" in as_text(changes)


@pytest.mark.parametrize("about", ["", "urn:1"])
def test_the_subject_is_bookkeeping(about: str) -> None:
    left = sidecar(Step())
    right = left.replace(b'rdf:about=""', f'rdf:about="{about}"'.encode())
    root = changeset(file("image.xmp", left, ()), file("image.xmp", right, ())).root
    assert (root is None) == (about == "")
    assert root is None or root.tags == {"clerical"}
    assert parse(left).edit_digest == parse(right).edit_digest
