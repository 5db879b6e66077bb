"""The drawing beside a history, node by node."""

from __future__ import annotations

from chemfs.cli.graph import Graph


def drawn(*newest_first: tuple[str, str | None]) -> list[str]:
    graph: Graph[str] = Graph()
    rows = zip(newest_first, graph.rows(newest_first), strict=True)
    return [line for (node, _), (drawing, joins) in rows for line in (*joins, f"{drawing} {node}")]


def test_one_branch_is_a_column() -> None:
    assert drawn(("c", "b"), ("b", "a"), ("a", None)) == ["● c", "● b", "● a"]


def test_two_branches_part_where_they_came_from() -> None:
    assert drawn(("c", "a"), ("b", "a"), ("a", None)) == ["● c", "│ ● b", "├─╯", "● a"]


def test_a_line_in_between_is_crossed() -> None:
    assert drawn(("d", "a"), ("c", "b"), ("e", "a"), ("b", None), ("a", None)) == [
        "● d",
        "│ ● c",
        "│ │ ● e",
        "│ ● │ b",
        "├───╯",
        "● a",
    ]


def test_a_crossed_line_continues() -> None:
    assert drawn(("d", "a"), ("c", "b"), ("e", "a"), ("a", None), ("b", None)) == [
        "● d",
        "│ ● c",
        "│ │ ● e",
        "├─│─╯",
        "● │ a",
        "  ● b",
    ]


def test_ended_lane_is_reused() -> None:
    assert drawn(("c", None), ("b", None)) == ["● c", "● b"]
