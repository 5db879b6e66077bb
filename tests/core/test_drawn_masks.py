"""Which instances have a drawn mask, and what can be said without darktable: operators, reasons, limits."""

from __future__ import annotations

import math
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping

import numpy as np
import pytest

from chemigram_core.darktable.drawn.frame import Frame
from chemigram_core.darktable.drawn.geometry import beside_bending, geometry_notes
from chemigram_core.darktable.drawn.module_mask import DrawnMask, drawn_masks
from chemigram_core.darktable.drawn.raster.combination import combine
from chemigram_core.darktable.drawn.raster.curve import Curves, Parameters, Rows, Sampled
from chemigram_core.darktable.drawn.raster.mask import grayscale
from chemigram_core.darktable.drawn.raster.pixels import Numbers
from chemigram_core.darktable.drawn.raster.rays import Rays, rays_between
from chemigram_core.sidecar import parse
from tests.support.drawn_edits import SUM, Sample, Shape, circle, ellipse, gradient, group, path, sidecar_of
from tests.support.drawn_samples import ROUND, SHARP, SHOWN, TRIANGLE, closed, samples, stroke
from tests.support.old_sidecars import CIRCLE, DONE, MASK, every_version, numbered, shapes, step

SIZE = (60, 40)


def masks(shape: Shape, blending: Mapping[str, float] | None = None) -> list[DrawnMask]:
    data = sidecar_of([Sample("", "", shape, blending or {})])
    return list(drawn_masks(parse(data).history))


def pixels(mask: DrawnMask, size: tuple[int, int] = SIZE) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    assert mask.recipe is not None, mask.reason
    return grayscale(mask.recipe, Frame(*size).reduced())


@pytest.mark.parametrize("name, data", every_version([step("bloom", mask=MASK), step("sharpen")], shapes()).items())
def test_an_instance_with_drawn_shapes_has_a_mask_in_every_version(name: str, data: bytes) -> None:
    (mask,) = drawn_masks(parse(data).history)
    assert mask.entry.operation == "bloom"
    assert (pixels(mask)[20, 30], pixels(mask)[0, 0]) == (255, 0)


def test_a_state_without_shapes_has_no_masks() -> None:
    assert not list(drawn_masks(parse(numbered(5, [step("bloom"), step("sharpen")])).history))


def test_steps_that_were_undone_have_no_mask() -> None:
    assert not list(drawn_masks(parse(numbered(5, [step("sharpen"), step("bloom", mask=MASK)], shapes(), 1)).history))


def test_shapes_are_those_of_the_last_step_even_if_it_was_undone() -> None:
    """As darktable 4.2.1 exports it."""
    larger = {**shapes()[0], "mask_num": "1", "mask_points": struct.pack("<4f", 0.5, 0.5, 0.45, 0.02).hex()}
    later = [larger, {**shapes()[1], "mask_num": "1"}, {**shapes()[0], "mask_num": "7"}]
    steps = [step("bloom", mask=MASK), step("sharpen")]
    (mask,) = drawn_masks(parse(numbered(5, steps, [*shapes(), *later], 1)).history)
    assert pixels(mask)[20, 45] == 255


def test_a_missing_group_masks_nothing_and_a_missing_member_is_skipped() -> None:
    alone, used = shapes(), [step("bloom", mask=MASK)]
    (without_group,) = drawn_masks(parse(numbered(5, used, alone[:1])).history)
    (without_member,) = drawn_masks(parse(numbered(5, used, alone[1:])).history)
    assert (pixels(without_group).min(), pixels(without_member).max()) == (255, 0)


@pytest.mark.parametrize(
    ("blending", "reason"),
    [
        ({"mode": 11}, "raster mask"),
        ({"feathering": 5}, "feathered"),
        ({"details": 0.3}, "details"),
        ({"contrast": 1e30}, "out of range"),
        ({"brightness": math.nan}, "out of range"),
        ({"opacity": math.inf}, "out of range"),
        ({"mode": 7, "blendif": 0x4}, "parametric mask, which selects"),
        ({"mode": 7, "blendif": 0x4, "space": 1}, "unknown color space"),
    ],
)
def test_masks_that_need_the_picture_have_a_reason(blending: Mapping[str, float], reason: str) -> None:
    (mask,) = masks(ROUND, blending)
    assert mask.recipe is None
    assert reason in mask.reason


@pytest.mark.parametrize("field", ['mask_version="6"', 'mask_nb="1"', 'mask_type="1"'])
def test_unknown_shape_is_not_drawn(field: str) -> None:
    name, _, _ = field.partition("=")
    data = numbered(5, [step("bloom", mask=MASK)], shapes()).replace(field.encode(), f'{name}="512"'.encode())
    (mask,) = drawn_masks(parse(data).history)
    assert mask.recipe is None
    assert "is stored in" in mask.reason


def test_cyclic_groups_are_not_drawn() -> None:
    common = {"mask_version": "6", "mask_nb": "1", "mask_src": "00", "mask_type": "4"}
    ring = [
        {"mask_id": str(own), "mask_name": "g", "mask_points": f"{other:02x}000000000000000300000000000000", **common}
        for own, other in ((CIRCLE, MASK), (MASK, CIRCLE))
    ]
    (mask,) = drawn_masks(parse(numbered(5, [step("bloom", mask=MASK)], ring)).history)
    assert (mask.recipe, mask.reason) == (None, "its groups are nested in a cycle, or too deeply")


@pytest.mark.parametrize(("levels", "is_drawn"), [(40, True), (60, False), (900, False)])
def test_groups_that_are_too_deep_for_the_stack_are_not_drawn(levels: int, *, is_drawn: bool) -> None:
    shape = ROUND
    for _ in range(levels):
        shape = group((shape, SHOWN, 1.0))
    (mask,) = masks(shape)
    assert (mask.recipe is not None) == is_drawn
    if mask.recipe is not None:
        assert repr(mask.recipe) and pixels(mask).any()


def test_groups_that_double_at_each_level_are_not_drawn() -> None:
    shape = ROUND
    for _ in range(12):
        shape = group((shape, SHOWN, 1.0), (shape, SHOWN, 1.0))
    (mask,) = masks(shape)
    assert mask.recipe is None


def test_combined_opacity_is_capped_at_one() -> None:
    """darktable has it since 5.0, and 4.2.1 can't be asked."""
    below, above = np.array([[0.25, 0.75]], np.float32), np.array([[0.5, 0.5]], np.float32)
    combine(below, above, SUM, 1.0)
    assert below.tolist() == [[0.75, 1.0]]


@pytest.mark.parametrize(
    "shape", [circle((math.nan, 0), 1, 1), gradient((1e30, 0), 0, 1), gradient((0, 0), 0, math.inf)]
)
def test_huge_numbers_are_not_drawn(shape: Shape) -> None:
    (mask,) = masks(shape)
    assert (mask.recipe, mask.reason) == (None, "a shape has numbers that are out of range")


def test_odd_shapes_are_drawn_without_a_warning(recwarn: pytest.WarningsRecorder) -> None:
    odd = circle((0.5, 0.5), 0, 0), circle((0.5, 0.5), -1, 1), ellipse((0, 0), (0, 0), 0, 0), gradient((1, 1), 999, 999)
    for shape in (*odd, gradient((9, 9), 0, -1, curvature=-999)):
        assert pixels(masks(shape)[0]).size == SIZE[0] * SIZE[1]
    assert not [warning for warning in recwarn.list if issubclass(warning.category, RuntimeWarning)]


def test_equal_masks_have_equal_recipes() -> None:
    assert masks(ROUND)[0].recipe == masks(ROUND)[0].recipe
    assert len({masks(sample.shape, sample.blending)[0].recipe for sample in samples()}) > len(samples()) - 4


def test_numpy_is_not_loaded_until_something_is_drawn() -> None:
    program = "import sys, chemigram_core.darktable.drawn.module_mask; sys.exit('numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (closed(((0.2, 0.2), (0.5, 30), (0.2, 0.9)), 0.1), "out of range"),
        (closed(((0.2, 0.2), (0.5, 0.5), (0.2, 0.9)), 30), "out of range"),
        (path(*[((0.2, 0.2), (-1, -1), (-1, -1), (0.1, 0.1))] * 3), "control points darktable had not computed yet"),
        (closed(((0.2, 0.2),), 0.1), "1 nodes"),
        (stroke(((0.2, 0.2), (0.5, 0.5)), [0.1] * 2, [1] * 2, [1] * 2, tension=0), "without a direction"),
        (Shape(64), "0 nodes"),
    ],
)
def test_unusable_lines_are_not_drawn(shape: Shape, reason: str) -> None:
    (mask,) = masks(shape)
    assert mask.recipe is None
    assert reason in mask.reason


def test_a_line_without_a_direction_is_drawn_without_a_warning(recwarn: pytest.WarningsRecorder) -> None:
    assert pixels(masks(closed(((0.5, 0.5), (0.5, 0.5)), 0.1))[0]).size
    assert not [warning for warning in recwarn.list if issubclass(warning.category, RuntimeWarning)]


@pytest.mark.parametrize("size", [(300, 200), (6000, 4000)])
def test_each_point_of_a_line_is_computed_once(monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]) -> None:
    computed, found, at, sampled = list[int](), list[int](), Curves._at, Curves.sampled

    def counted(self: Curves, rows: Rows, t: Parameters) -> Numbers:
        computed.append(len(t))
        return at(self, rows, t)

    def kept(self: Curves) -> Iterator[Sampled]:
        for part in sampled(self):
            found.append(len(part.t))
            yield part

    shape, nodes = masks(closed(TRIANGLE, 0.05))[0], len(TRIANGLE)
    monkeypatch.setattr(Curves, "sampled", kept)
    pixels(shape, size)
    monkeypatch.setattr(Curves, "sampled", sampled)
    monkeypatch.setattr(Curves, "_at", counted)
    pixels(shape, size)
    assert sum(found) > 100 * nodes
    assert (
        sum(computed) == sum(found) + nodes
    )  # and each segment's start twice, but its end, which is there twice, once


def test_a_stroke_that_turns_sharply_has_no_cap_but_its_own() -> None:
    (mask,) = masks(SHARP)
    assert mask.recipe is not None
    drawn = grayscale(mask.recipe, Frame(258, 273).reduced())
    assert (drawn[220, 40], drawn[20, 150]) == (0, 0), "as in darktable"
    assert drawn.mean() == pytest.approx(50, abs=1)


def zigzag(nodes: int, border: float) -> Shape:
    """A stroke to and fro across the frame."""
    corners = [(0.1 + 0.8 * (number % 2), number / nodes) for number in range(nodes)]
    return stroke(corners, [border] * nodes, [1] * nodes, [0.5] * nodes, tension=0.01)


@pytest.mark.parametrize(
    "shape",
    [
        zigzag(2000, 0.01),
        zigzag(15, 1),
        closed([(0.1 + 0.8 * (number % 2), number / 400) for number in range(400)], 0),
        group(*[(zigzag(100, 0.05), SHOWN, 1.0)] * 12),
    ],
)
def test_lines_that_would_take_minutes_are_not_drawn(shape: Shape) -> None:
    (mask,) = masks(shape)
    assert mask.recipe is None
    assert "too long, or their borders too wide" in mask.reason


def test_long_strokes_are_drawn_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that memory is bounded: no part has more points than the limit and what one segment or arc adds."""
    strokes = [masks(sample.shape)[0] for sample in samples() if sample.kind == "brush"]
    whole = [pixels(mask).tobytes() for mask in strokes]
    sizes = list[int]()

    def counted(starts: Numbers, ends: Numbers, payload: Numbers, size: tuple[int, int]) -> Rays:
        sizes.append(len(starts))
        return rays_between(starts, ends, payload, size)

    monkeypatch.setattr("chemigram_core.darktable.drawn.raster.brush._POINTS_AT_ONCE", 100)
    monkeypatch.setattr("chemigram_core.darktable.drawn.raster.brush.rays_between", counted)
    assert [pixels(mask).tobytes() for mask in strokes] == whole
    assert len(sizes) > 5 * len(strokes)
    sizes.clear()
    pixels(masks(zigzag(100, 0.0001))[0])
    assert max(sizes) < 1000


@pytest.mark.parametrize(
    ("operation", "params", "notes"),
    [
        (
            "lens",
            "",
            ["drawn in the undistorted frame; darktable also distorts the mask, so edges differ: lens correction"],
        ),
        ("crop", "", ["shown before the crop"]),
        ("flip", "05000000", []),
        ("borders", "", ["shown without the borders around the picture"]),
        ("sharpen", "", []),
    ],
)
def test_modules_that_move_pixels_are_named(operation: str, params: str, notes: list[str]) -> None:
    moving = {**step("sharpen"), "operation": operation, "params": params}
    used = [step("bloom", mask=MASK), moving]
    assert list(geometry_notes(parse(numbered(5, used, shapes())).history)) == notes
    assert not list(geometry_notes(parse(numbered(5, [used[0], {**moving, "enabled": "0"}], shapes())).history))


@pytest.mark.parametrize(
    ("angle", "width", "keystone", "only_crops"),
    [(0, 0.8, 0, True), (2.5, 0.8, 0, False), (0, -1, 0, False), (0, 0.8, 1, False)],
)
def test_crop_and_rotate_bends_nothing_if_it_only_crops(
    angle: float, width: float, keystone: int, *, only_crops: bool
) -> None:
    params = struct.pack("<15f6i", angle, 0.1, 0.1, width, 0.8, *[0] * 10, keystone, *[0] * 5).hex()
    moving = {**step("sharpen"), "operation": "clipping", "modversion": "5", "params": params}
    notes = list(geometry_notes(parse(numbered(5, [step("bloom", mask=MASK), moving], shapes())).history))
    assert ("shown before the crop" in notes) == only_crops == (not any("distorts" in note for note in notes))


@pytest.mark.parametrize(
    ("version", "words"),
    [(1, "after lens correction and liquify"), (2, "before liquify and after lens correction")],
    ids=["legacy", "v3.0"],
)
def test_a_mask_is_before_or_after_what_bends_the_picture(version: int, words: str) -> None:
    """flip stands between lens and liquify in the order of v3.0 alone."""
    bending = [{**step("sharpen"), "operation": operation} for operation in ("lens", "liquify")]
    masked = {**step("bloom", mask=MASK), "operation": "flip"}
    head = f'{DONE} darktable:iop_order_version="{version}"'
    history = parse(numbered(5, [masked, *bending], shapes(), head=head)).history
    assert beside_bending(history, [mask.entry for mask in drawn_masks(history)]) == [words]
    assert beside_bending(history, history.entries[1:]) == ["before liquify", "after lens correction"]
