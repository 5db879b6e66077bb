"""XMPs compared as edits: each kind of difference alone is seen, named rightly, and kept apart from bookkeeping."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from chemigram_core.compare import as_text
from chemigram_core.compare.node import Action
from chemigram_core.sidecar import parse
from tests.core.compare.edits import (
    Shape,
    Step,
    bag,
    blending,
    compared,
    exposure,
    group,
    sidecar,
    summaries,
)
from tests.core.compare.trees import changeset, file

PLAIN = Step()
SHARPEN = Step("sharpen", struct.pack("<fff", 2.0, 0.5, 0.5).hex(), 1)
VIBRANCE = Step("vibrance", struct.pack("<f", 25.0).hex(), 2)
FLIP = Step("flip", "ffffffff", 2)
DRAWN = replace(PLAIN, blendop_params=blending(mask_mode=3, mask_id=7))


@pytest.mark.parametrize(
    ("right", "found", "kinds"),
    [
        (replace(PLAIN, enabled=0), "switched off", ["enabled"]),
        (replace(PLAIN, params=exposure(1.25)), "exposure +0.50 EV → +1.25 EV", ["params"]),
        (replace(PLAIN, params=exposure(0.5, -0.0002)), "black level 0.0000 → -0.0002", ["params"]),
        (replace(PLAIN, params=exposure(0.5001)), "exposure +0.5000 EV → +0.5001 EV", ["params"]),
        (replace(PLAIN, params="00" * 20), "settings changed", ["params"]),
        (replace(PLAIN, modversion=99), "settings changed", ["params"]),
        (replace(PLAIN, blendop_params=blending(opacity=40)), "opacity 100 % → 40 %", ["blend"]),
        (replace(PLAIN, blendop_params=blending(opacity=99.8)), "opacity 100.0 % → 99.8 %", ["blend"]),
        (replace(PLAIN, blendop_params=blending(mode=0x04)), "blend mode normal → multiply", ["blend"]),
        (replace(PLAIN, blendop_params=blending(mode=0x80000004)), "blend mode normal → multiply, reversed", ["blend"]),
        (replace(PLAIN, blendop_params="00" * 99), "blending changed", ["blend"]),
        (replace(PLAIN, blendop_version=99), "blending changed", ["blend"]),
        (replace(PLAIN, blendop_version=12), "blending stored in another version", ["blend"]),
        (replace(PLAIN, blendop_params=blending(mask_mode=5)), "no mask → parametric mask", ["mask"]),
        (replace(PLAIN, multi_name="sky"), 'named "sky"', ["name"]),
        (replace(PLAIN, extra='darktable:later="1"'), "carries other fields", ["fields"]),
        (
            replace(PLAIN, enabled=0, params=exposure(-2.0), blendop_params=blending(opacity=50)),
            "switched off, exposure +0.50 EV → -2.00 EV, opacity 100 % → 50 %",
            ["enabled", "params", "blend"],
        ),
    ],
)
def test_each_difference_of_a_module_is_reported(right: Step, found: str, kinds: list[str]) -> None:
    root = compared(sidecar(PLAIN), sidecar(right))
    assert root is not None
    (node,) = root.children
    assert (node.action, node.path, node.summary) == (Action.MODIFY, "image.xmp/modules/exposure/0", found)
    assert node.details["changed"] == kinds
    assert root.tags == frozenset()


def test_settings_are_in_the_details_with_both_values() -> None:
    root = compared(sidecar(PLAIN), sidecar(replace(PLAIN, params=exposure(1.0))))
    assert root is not None
    assert root.children[0].details["settings"] == {"exposure": ["+0.50 EV", "+1.00 EV"]}


def test_added_and_removed_modules_are_reported_with_their_settings() -> None:
    assert summaries(sidecar(PLAIN), sidecar(PLAIN, replace(VIBRANCE, enabled=0))) == [
        "modules/vibrance/0: added: switched off, vibrance 25.00 %"
    ]
    assert summaries(sidecar(PLAIN), sidecar(PLAIN, Step("novelty", "00", 1))) == ["modules/novelty/0: added"]
    found = summaries(sidecar(PLAIN, SHARPEN), sidecar(PLAIN))
    assert "modules/sharpen/0: removed" in found


def test_instances_of_one_module_are_distinguished() -> None:
    second = replace(PLAIN, multi_priority=1, multi_name="1")
    root = compared(sidecar(PLAIN, second), sidecar(PLAIN, replace(second, params=exposure(3))))
    assert root is not None
    (node,) = root.children
    assert (node.path, node.details["module"]) == ("image.xmp/modules/exposure/1", "exposure 1")


def test_last_step_within_the_history_is_effective() -> None:
    left = sidecar(PLAIN, replace(PLAIN, params=exposure(1.0)))
    assert summaries(left, sidecar(PLAIN, replace(PLAIN, params=exposure(2.0)))) == [
        "modules/exposure/0: exposure +1.00 EV → +2.00 EV"
    ]


def test_changed_history_end_is_reported() -> None:
    steps = (PLAIN, SHARPEN, replace(PLAIN, params=exposure(2.0)))
    found = summaries(sidecar(*steps), sidecar(*steps, end=2))
    assert found == [
        "history: The history is shorter: 3 steps before, 2 now (1 step undone but kept)",
        "modules/exposure/0: exposure +2.00 EV → +0.50 EV",
    ]


def test_history_end_beyond_the_entries_means_the_last() -> None:
    root = compared(sidecar(PLAIN, end=1), sidecar(PLAIN, end=4))
    assert root is None or root.tags == {"clerical"}


def test_lost_history_is_tagged_and_reported() -> None:
    root = compared(sidecar(PLAIN, SHARPEN), sidecar())
    assert root is not None
    assert root.tags == {"history-lost"}
    assert root.children[0].summary == "The history is gone: 2 steps before, none now"
    assert (root.children[0].action, root.children[0].tags) == (Action.REMOVE, frozenset({"history-lost"}))


def test_steps_with_the_same_result_are_reported_as_such() -> None:
    left = sidecar(replace(PLAIN, params=exposure(9.0)), PLAIN)
    right = sidecar(replace(PLAIN, params=exposure(8.0)), PLAIN)
    (found,) = summaries(left, right)
    assert found.startswith("history: Earlier or undone history steps differ")


def test_reordered_steps_are_reported_with_the_new_place() -> None:
    root = compared(sidecar(PLAIN, SHARPEN, VIBRANCE), sidecar(SHARPEN, VIBRANCE, PLAIN))
    assert root is not None
    (node,) = root.children
    assert (node.action, node.details["position"], node.details["changed"]) == (Action.REORDER, [1, 3], ["order"])
    assert node.summary == "moved in the history from place 1 to 3"


def test_changed_module_moved_to_the_end_is_reported_as_changed() -> None:
    right = sidecar(SHARPEN, replace(PLAIN, params=exposure(1.0)))
    assert summaries(sidecar(PLAIN, SHARPEN), right) == ["modules/exposure/0: exposure +0.50 EV → +1.00 EV"]


@pytest.mark.parametrize("spelling", ["list", "numbers"])
def test_reordered_pixel_pipe_is_reported(spelling: str) -> None:
    def ordered(*names: str) -> bytes:
        if spelling == "list":
            steps = [PLAIN, SHARPEN, VIBRANCE]
            listed = ",".join(f"{name},0" for name in ("rawprepare", *names, "gamma"))
            return sidecar(*steps, properties={"darktable:iop_order_list": listed, "darktable:iop_order_version": 0})
        steps = [
            replace(step, extra=f'darktable:iop_order="{names.index(step.operation) + 1}.5"')
            for step in (PLAIN, SHARPEN, VIBRANCE)
        ]
        return sidecar(*steps)

    root = compared(ordered("exposure", "sharpen", "vibrance"), ordered("vibrance", "exposure", "sharpen"))
    assert root is not None
    node = next(child for child in root.children if child.item_type == "module")
    assert (node.action, node.path, node.details["position"]) == (
        Action.REORDER,
        "image.xmp/modules/vibrance/0",
        [3, 1],
    )


def test_modules_that_are_not_in_use_have_no_order() -> None:
    left, right = (
        sidecar(PLAIN, properties={"darktable:iop_order_list": listed, "darktable:iop_order_version": 0})
        for listed in ("a,0,exposure,0,b,0", "b,0,a,0,exposure,0")
    )
    root = compared(left, right)
    assert root is not None
    assert root.tags == {"clerical"}


def drawn(*shapes: Shape) -> bytes:
    return sidecar(DRAWN, shapes=shapes)


def test_shapes_of_a_mask_are_matched_by_name() -> None:
    circle, path = Shape(1), Shape(2, 2, "path #1")
    moved = replace(circle, mask_points="01" * 16)
    assert summaries(drawn(group(7, 1), circle), drawn(group(7, 1), moved)) == ["modules/exposure/0: circle #1 changed"]
    assert summaries(drawn(group(7, 1), circle), drawn(group(7, 1, 2), circle, path)) == [
        "modules/exposure/0: path #1 added"
    ]
    assert summaries(drawn(group(7, 1, 2), circle, path), drawn(group(7, 1), circle)) == [
        "modules/exposure/0: path #1 removed"
    ]
    assert summaries(drawn(group(7, 1, 2), circle, path), drawn(group(7, 2, 1), circle, path)) == [
        "modules/exposure/0: grp exposure changed"
    ]


def test_changed_mask_is_an_edit() -> None:
    root = compared(drawn(Shape(7)), drawn(replace(Shape(7), mask_points="02" * 16)))
    assert root is not None
    assert root.children[0].details["changed"] == ["mask"]


def test_unused_shapes_are_reported_separately() -> None:
    assert summaries(sidecar(PLAIN), sidecar(PLAIN, shapes=[Shape(5)])) == [
        "shapes: Shapes that no module uses: circle #1 added"
    ]


OFF = blending(mask_mode=0, mask_id=9)


def retouch(*ids: int, stride: int = 44, blendop_params: str = OFF) -> Step:
    """Retouch with these shapes, of a size that its versions share but for the end."""
    table = b"".join(struct.pack("<ii", number, 0).ljust(stride, b"\0") for number in ids)
    params = table.ljust(300 * stride + 60, b"\0").hex()
    return Step("retouch", params, 1 if stride == 40 else 3, blendop_params=blendop_params)


def spots(*ids: int) -> Step:
    """Spot removal with these shapes."""
    return Step("spots", struct.pack("<128i", *(*ids, *[0] * (128 - len(ids)))).hex(), 2, blendop_params=OFF)


@pytest.mark.parametrize("step", [retouch(5, 6), retouch(5, 6, stride=40), spots(5, 6)], ids=["v3", "v1", "spots"])
def test_shapes_named_in_parameters_belong_to_the_module(step: Step) -> None:
    shapes = [Shape(5, 9), Shape(6, 40, "ellipse #1"), group(9, 5, 6)]
    moved = [replace(shapes[0], mask_points="01" * 16), *shapes[1:]]
    place = f"modules/{step.operation}/0"
    assert summaries(sidecar(step, shapes=shapes), sidecar(step, shapes=moved)) == [f"{place}: circle #1 changed"]
    assert summaries(sidecar(step, shapes=shapes), sidecar(step, shapes=shapes[1:])) == [f"{place}: circle #1 removed"]
    root = compared(sidecar(step, shapes=shapes), sidecar(step, shapes=moved))
    assert root is not None
    assert root.children[0].details["changed"] == ["shapes"]


def test_shape_in_mask_and_parameters_is_reported_once() -> None:
    step = retouch(7, blendop_params=blending(mask_mode=3, mask_id=7))
    left, right = (sidecar(step, shapes=[Shape(7, mask_points=points * 16)]) for points in ("00", "01"))
    assert summaries(left, right) == ["modules/retouch/0: circle #1 changed"]


@pytest.mark.parametrize(
    "step",
    [
        replace(retouch(5), modversion=99),
        replace(retouch(5), params="05000000"),
        replace(retouch(5), params="no number"),
        replace(retouch(5), operation="exposure"),
    ],
    ids=["an unknown version", "another size", "not encoded", "another module"],
)
def test_shapes_in_unknown_parameters_are_not_guessed(step: Step) -> None:
    left, right = (sidecar(step, shapes=[Shape(5, mask_points=points * 16)]) for points in ("00", "01"))
    assert summaries(left, right) == ["shapes: Shapes that no module uses: circle #1 changed"]


def test_mask_of_a_module_without_blending_is_not_in_use() -> None:
    step = replace(PLAIN, blendop_params=blending(mask_mode=2, mask_id=7))
    left, right = (sidecar(step, shapes=[Shape(7, mask_points=points * 16)]) for points in ("00", "01"))
    assert summaries(left, right) == ["shapes: Shapes that no module uses: circle #1 changed"]


def test_only_shapes_of_the_last_step_apply() -> None:
    old, new = Shape(7, mask_points="03" * 16), Shape(7, mask_num=1)
    left = sidecar(DRAWN, replace(DRAWN, params=exposure(1)), shapes=[old, new])
    right = sidecar(DRAWN, replace(DRAWN, params=exposure(2)), shapes=[replace(old, mask_points="04" * 16), new])
    assert summaries(left, right) == ["modules/exposure/0: exposure +1.00 EV → +2.00 EV"]


def test_unused_mask_is_reported_as_such() -> None:
    left, right = (replace(PLAIN, blendop_params=blending(feathering=radius)) for radius in (0.0, 9.0))
    assert summaries(sidecar(left), sidecar(right)) == ["modules/exposure/0: settings of an unused mask changed"]
    left, right = (replace(PLAIN, blendop_params=blending(mask_mode=0, opacity=share)) for share in (0.0, 9.0))
    assert summaries(sidecar(left), sidecar(right)) == ["modules/exposure/0: blending is off, its settings changed"]


@pytest.mark.parametrize(
    ("name", "left", "right", "found"),
    [
        ("xmp:Rating", 1, 5, "metadata/xmp:Rating: Rating: ★ → ★★★★★"),
        ("xmp:Rating", 0, -1, "metadata/xmp:Rating: Rating: none → rejected"),
        ("darktable:version_name", 1, 2, "metadata/darktable:version_name: Version name: 1 → 2"),
        ("crs:Sharpness", 25, 40, "develop-settings/crs:Sharpness: crs:Sharpness: 25 → 40"),
    ],
)
def test_metadata_changes_are_reported_in_words(name: str, left: int, right: int, found: str) -> None:
    assert summaries(sidecar(PLAIN, properties={name: left}), sidecar(PLAIN, properties={name: right})) == [found]


def test_the_kind_of_pixel_pipe_is_named() -> None:
    left, right = (sidecar(PLAIN, properties={"darktable:iop_order_version": number}) for number in (2, 5))
    assert summaries(left, right) == [
        "order/darktable:iop_order_version: Order of the pixel pipe: v3.0 RAW → v5.0 JPEG"
    ]


def test_texts_and_labels_are_reported() -> None:
    title = '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt></dc:title>'
    labels = "<darktable:colorlabels><rdf:Seq><rdf:li>{}</rdf:li></rdf:Seq></darktable:colorlabels>"
    left = sidecar(PLAIN, inside=title.format("Old  pier"))
    right = sidecar(PLAIN, inside=title.format("New pier") + labels.format("3"))
    assert summaries(left, right) == [
        "metadata/darktable:colorlabels: Color labels: none → blue",
        'metadata/dc:title: Title: "Old pier" → "New pier"',
    ]


def spelled(name: str, text: str) -> dict[str, str]:
    """A text in each of the forms that programs give it."""
    alternatives = f'<rdf:Alt><rdf:li xml:lang="x-default">{text}</rdf:li></rdf:Alt>'
    lists = {kind: f"<rdf:{kind}><rdf:li>{text}</rdf:li></rdf:{kind}>" for kind in ("Bag", "Seq", "Alt")}
    return {form: f"<{name}>{value}</{name}>" for form, value in {"text": text, "x": alternatives, **lists}.items()}


@pytest.mark.parametrize("name", ["dc:title", "dc:creator", "dc:rights", "dc:description"])
def test_both_texts_are_shown_in_every_form(name: str) -> None:
    label = name.removeprefix("dc:").capitalize()
    for before in spelled(name, "Old pier").values():
        for after in spelled(name, "New pier").values():
            assert summaries(sidecar(PLAIN, inside=before), sidecar(PLAIN, inside=after)) == [
                f'metadata/{name}: {label}: "Old pier" → "New pier"'
            ]


LONG = "A pier " * 40
ALT = '<crs:Name><rdf:Alt><rdf:li xml:lang="{}">sky</rdf:li></rdf:Alt></crs:Name>'
SKY = spelled("crs:Name", "sky")
STRUCT = '<crs:Name rdf:parseType="Resource"><crs:A>{}</crs:A></crs:Name>'


@pytest.mark.parametrize(
    ("left", "right", "found"),
    [
        (SKY["text"], SKY["Bag"], '"sky" → unordered list: "sky"'),
        (SKY["Seq"], SKY["Alt"], 'ordered list: "sky" → alternatives: "sky"'),
        (SKY["Alt"], SKY["x"], 'alternatives: "sky" → alternatives: "sky" (x-default)'),
        (ALT.format("de"), ALT.format("en"), '"sky" (de) → "sky" (en)'),
        (ALT.format("x-default"), ALT.format("en"), '"sky" → "sky" (en)'),
        ("<crs:Name>a b</crs:Name>", "<crs:Name>a  b</crs:Name>", '"a b" → "a  b"'),
        (
            f"<crs:Name>{LONG}old</crs:Name>",
            f"<crs:Name>{LONG}new</crs:Name>",
            '… pier A pier A pier old" → … pier A pier A pier new"',
        ),
        (STRUCT.format("1"), STRUCT.format("2"), '{crs:A: "1"} → {crs:A: "2"}'),
        (
            f"<crs:Name><rdf:Seq>{'<rdf:li>1</rdf:li>' * 9}</rdf:Seq></crs:Name>",
            f"<crs:Name><rdf:Seq>{'<rdf:li>1</rdf:li>' * 10}</rdf:Seq></crs:Name>",
            "1, 1, 1, 1, 1, 1, 1, 1, … (9 in all) → 1, 1, 1, 1, 1, 1, 1, 1, … (10 in all)",
        ),
    ],
)
def test_similar_values_print_differently(left: str, right: str, found: str) -> None:
    assert summaries(sidecar(PLAIN, inside=left), sidecar(PLAIN, inside=right)) == [
        f"develop-settings/crs:Name: crs:Name: {found}"
    ]


def test_the_settings_of_other_programs_have_a_section_of_their_own() -> None:
    left = sidecar(PLAIN, properties={"crs:Exposure2012": "+0.50", "dc:publisher": "a"})
    right = sidecar(PLAIN, properties={"crs:Exposure2012": "+1.00", "dc:publisher": "b"})
    assert as_text(changeset(file("image.xmp", left, ()), file("image.xmp", right, ()))) == (
        'Metadata\n  Publisher: "a" → "b"\n\nSettings of other programs\n  crs:Exposure2012: "+0.50" → "+1.00"\n'
    )


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (bag("dc:subject", "a", "b"), bag("dc:subject", "a"), "unchanged, but encoded differently"),
        ("<dc:subject>red</dc:subject>", "<dc:subject>blue</dc:subject>", 'added "blue"; removed "red"'),
        (
            bag("dc:subject", "red"),
            '<dc:subject><rdf:Bag><rdf:li xml:lang="de">rot</rdf:li></rdf:Bag></dc:subject>',
            'added "rot"; removed "red"',
        ),
    ],
)
def test_tags_in_an_unusual_form_are_recognized(before: str, after: str, found: str) -> None:
    """They make another edit, so a snapshot: it must not look like mere repacking."""
    hierarchy = bag("lr:hierarchicalSubject", "a|b")
    left, right = (sidecar(PLAIN, inside=hierarchy + inside) for inside in (before, after))
    assert parse(left).edit_digest != parse(right).edit_digest
    assert summaries(left, right) == [f"metadata/tags: Tags: {found}"]
    root = compared(left, right)
    assert root is not None
    assert root.tags == frozenset()


def test_keywords_implied_by_tags_are_clerical() -> None:
    words = ("", bag("dc:subject", "b"), bag("dc:subject", "a", "b"), bag("dc:subject", "b", "a", "a"))
    left, *others = (sidecar(PLAIN, inside=bag("lr:hierarchicalSubject", "a|b") + inside) for inside in words)
    for right in others:
        root = compared(left, right)
        assert root is not None
        assert root.tags == {"clerical"}


def test_tags_are_reported_once_and_automatic_ones_are_clerical() -> None:
    def tagged(*tags: str) -> bytes:
        words = sorted({word for tag in tags for word in tag.split("|")})
        return sidecar(PLAIN, inside=bag("lr:hierarchicalSubject", *tags) + bag("dc:subject", *words))

    found = summaries(tagged("places|Oslo"), tagged("places|Rome", "darktable|exported|jpg"))
    assert found == ['metadata/tags: Tags: added "places|Rome"; removed "places|Oslo"']
    root = compared(tagged("places|Oslo"), tagged("places|Oslo", "darktable|changed"))
    assert root is not None
    assert root.tags == {"clerical"}


def test_changed_kind_of_a_tag_list_reports_no_automatic_tags() -> None:
    def tagged(kind: str) -> bytes:
        return sidecar(PLAIN, inside=bag("dc:subject", "Oslo").replace("rdf:Bag", f"rdf:{kind}"))

    root = compared(tagged("Bag"), tagged("Seq"))
    assert root is not None
    assert root.tags == {"clerical"}
    assert summaries(tagged("Bag"), tagged("Seq")) == ["bookkeeping: the kind of a list"]


def test_bookkeeping_is_one_clerical_node() -> None:
    left = sidecar(PLAIN, properties={"darktable:change_timestamp": 1, "xmpMM:DerivedFrom": "a.raf"})
    right = sidecar(PLAIN, properties={"darktable:change_timestamp": 2, "xmpMM:DerivedFrom": "b.raf"})
    root = compared(left, right)
    assert root is not None
    (node,) = root.children
    assert root.tags == node.tags == {"clerical"}
    assert node.summary == "timestamps, the name of the image file"
    assert node.details["properties"] == ["darktable:change_timestamp", "xmpMM:DerivedFrom"]


def test_an_edit_beside_bookkeeping_is_not_clerical() -> None:
    left = sidecar(PLAIN, properties={"darktable:change_timestamp": 1})
    right = sidecar(replace(PLAIN, enabled=0), properties={"darktable:change_timestamp": 2})
    root = compared(left, right)
    assert root is not None
    assert root.tags == frozenset()
    assert [node.item_type for node in root.children] == ["bookkeeping", "module"]


def test_changes_of_the_mask_note_are_listed_by_name() -> None:
    def noted(**masks: str) -> bytes:
        entries = "".join(
            f'<rdf:li chemigram:name="{name}" chemigram:sha256="{digit * 64}"/>' for name, digit in masks.items()
        )
        return sidecar(PLAIN, inside=f"<chemigram:masks><rdf:Bag>{entries}</rdf:Bag></chemigram:masks>")

    assert summaries(noted(sky="1", tree="2"), noted(face="3", sky="4")) == [
        "masks: Masks: added face; removed tree; changed sky"
    ]


def test_the_same_document_in_another_spelling_is_identical() -> None:
    assert compared(sidecar(PLAIN), parse(sidecar(PLAIN)).canonical()) is None


def test_file_that_is_not_an_xmp_is_compared_as_bytes() -> None:
    root = changeset(file("a.xmp", b"<broken", ()), file("a.xmp", sidecar(PLAIN), ())).root
    assert root is not None
    assert root.item_type == "binary"


def test_respelled_params_are_clerical() -> None:
    packed = "gz01eJxjYGBgYAFiCQYA"  # nothing that can be inflated: compared as it is written
    root = compared(sidecar(PLAIN), sidecar(replace(PLAIN, params=packed)))
    assert root is not None
    assert root.children[0].summary == "settings changed"


def test_versions_of_a_module_are_compared_by_their_shared_settings() -> None:
    newer = struct.pack("<iffffii", 0, 0.0, 2.0, 50.0, -4.0, 0, 1).hex()
    assert summaries(sidecar(PLAIN), sidecar(replace(PLAIN, modversion=7, params=newer))) == [
        "modules/exposure/0: exposure +0.50 EV → +2.00 EV"
    ]
    same = struct.pack("<iffffii", 0, 0.0, 0.5, 50.0, -4.0, 0, 1).hex()
    assert summaries(sidecar(PLAIN), sidecar(replace(PLAIN, modversion=7, params=same))) == [
        "modules/exposure/0: stored in another version, known settings unchanged"
    ]
    hardly = struct.pack("<iffffii", 0, 0.0, 0.50001, 50.0, -4.0, 0, 1).hex()
    assert summaries(sidecar(PLAIN), sidecar(replace(PLAIN, modversion=7, params=hardly))) == [
        "modules/exposure/0: exposure +0.50000 EV → +0.50001 EV"
    ]


def test_enumerated_setting_is_named() -> None:
    assert summaries(sidecar(FLIP), sidecar(replace(FLIP, params="05000000"))) == [
        "modules/flip/0: orientation automatic → turned by 90° clockwise"
    ]


def test_modules_have_darktables_names() -> None:
    named = replace(PLAIN, multi_name="_builtin_scene-referred default")
    root = compared(sidecar(named), sidecar(replace(named, enabled=0)))
    assert root is not None
    assert root.children[0].details["module"] == "exposure scene-referred default"


def test_unset_values_of_an_added_module_are_omitted() -> None:
    white = struct.pack("<ffff", 2.0, 1.0, 1.5, float("nan")).hex()
    assert summaries(sidecar(PLAIN), sidecar(PLAIN, Step("temperature", white, 3))) == [
        "modules/temperature/0: added: red 2.000, green 1.000, blue 1.500"
    ]
