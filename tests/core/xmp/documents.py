"""Random documents, and the leaves of a document: for tests of what must hold for every XMP."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

from chemigram_core.xmp import Array, Localized, Reference, Struct, Value
from chemigram_core.xmp.model import Packet

NAMES = (
    "dc:title", "dc:creator", "dc:subject", "lr:hierarchicalSubject", "xmp:Rating", "xmp:Label", "photoshop:City",
    "Iptc4xmpCore:Location", "darktable:colorlabels", "darktable:version_name", "exif:GPSLatitude", "tiff:Make",
    "{http://example.org/a/}one", "{http://example.org/b#}two", "{urn:other}one",
    "photomechanic:ColorClass", "Container:Directory", "{http://ns.microsoft.com/photo/1.0}one", "{http://example.org/b}two",
)  # fmt: skip
TEXTS = st.text(
    st.one_of(
        st.sampled_from(" \t\n\r\"'<>&%{}]-é€😀\x7f\x85\u2028"),
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"),
    ),
    max_size=12,
)
URIS = st.sampled_from(("http://example.org/", "urn:x:y", "", "http://example.org/?a=1&b=<2>"))
TYPES = st.sampled_from(("http://example.org/Type", "http://example.org/a/Other")).map(Reference)


def structs(values: st.SearchStrategy[Value]) -> st.SearchStrategy[Struct]:
    fields = st.dictionaries(st.sampled_from(NAMES), values, max_size=4)
    extra = st.fixed_dictionaries({}, optional={"rdf:value": st.one_of(TEXTS, localized), "rdf:type": TYPES})
    return st.builds(lambda own, more: Struct(own | (more if own else {})), fields, extra)


def arrays(values: st.SearchStrategy[Value]) -> st.SearchStrategy[Array]:
    return st.builds(Array, st.sampled_from(("Alt", "Bag", "Seq")), st.lists(values, max_size=4).map(tuple))


localized = st.builds(Localized, TEXTS, st.sampled_from(("x-default", "de", "en-US", "")))
leaves: st.SearchStrategy[Value] = st.one_of(TEXTS, localized, st.builds(Reference, URIS))
VALUES: st.SearchStrategy[Value] = st.recursive(
    leaves, lambda inner: st.one_of(arrays(inner), structs(inner)), max_leaves=8
)


@st.composite
def histories(draw: st.DrawFn) -> dict[str, Value]:
    """A history with numbers that may have gaps, and drawn shapes that belong to its entries."""
    nums = sorted(draw(st.sets(st.integers(0, 30), max_size=6)))
    entries = [draw(entry(num)) for num in nums]
    forms = [draw(form(nums)) for _ in range(draw(st.integers(0, 3)) if nums else 0)]
    end = draw(st.sampled_from((len(nums), len(nums) + 2, max(0, len(nums) - 1))))
    return {
        "darktable:history": Array("Seq", tuple(entries)),
        "darktable:masks_history": Array("Seq", tuple(forms)),
        "darktable:history_end": str(end),
    }


def entry(num: int) -> st.SearchStrategy[Struct]:
    return st.fixed_dictionaries(
        {
            "darktable:num": st.just(str(num)),
            "darktable:operation": st.sampled_from(("exposure", "flip", "mask_manager")),
            "darktable:enabled": st.sampled_from("01"),
            "darktable:modversion": st.sampled_from("1234"),
            "darktable:params": st.binary(max_size=8).map(bytes.hex),
            "darktable:multi_priority": st.sampled_from("012"),
        },
        optional={"darktable:multi_name": TEXTS, "darktable:iop_order": st.sampled_from(("1.5", "22.25"))},
    ).map(Struct)


def form(nums: list[int]) -> st.SearchStrategy[Struct]:
    return st.fixed_dictionaries(
        {
            "darktable:mask_num": st.sampled_from(nums).map(str),
            "darktable:mask_id": st.integers(1, 9).map(str),
            "darktable:mask_points": st.binary(max_size=8).map(bytes.hex),
        }
    ).map(Struct)


@st.composite
def packets(draw: st.DrawFn) -> Packet:
    properties = draw(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6))
    if draw(st.booleans()):
        properties |= draw(histories())
    return Packet(draw(st.sampled_from(("", "", "uuid:0815"))), properties)


def changes(value: Value, name: str = "") -> Iterator[tuple[str, Value]]:
    """`value` with one leaf changed, each in turn; and the name of the field in which that leaf stands."""
    match value:
        case str():
            yield name, OTHER.get(name, {}).get(value, f"{value}+")
        case Localized(text, language):
            yield name, Localized(f"{text}+", language)
            if text.strip(" "):  # in a list of languages an empty text says nothing, whatever its language
                yield name, Localized(text, f"{language}x")
        case Reference(uri):
            yield name, Reference(f"{uri}x")
        case Array(kind, items):
            for place, item in enumerate(items):
                for leaf, other in changes(item, name):
                    yield leaf, Array(kind, (*items[:place], other, *items[place + 1 :]))
        case Struct(fields):
            for field, inner in fields.items():
                for leaf, other in changes(inner, field):
                    yield leaf, Struct({**fields, field: other})


OTHER = {  # where not any text will do
    "darktable:enabled": {"0": "1", "1": "0"},
    "darktable:history_end": {str(number): str(number + 50) for number in range(20)},
}
BY_PLACE = frozenset(("darktable:num", "darktable:mask_num", "darktable:iop_order"))  # only their order counts
