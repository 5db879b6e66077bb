"""Every condition has an errno, and an unexpected error is EIO."""

from __future__ import annotations

import errno
from collections.abc import Iterator

import pytest

from chemfs.mount import errnos
from chemfs.tree import errors as tree_errors
from chemigram_core import errors
from chemigram_core.digest import Digest


def subclasses(kind: type[Exception]) -> Iterator[type[Exception]]:
    for below in kind.__subclasses__():
        yield below
        yield from subclasses(below)


@pytest.mark.parametrize(
    "kind", sorted(set(subclasses(tree_errors.Condition)), key=str), ids=lambda kind: kind.__name__
)
def test_each_condition_of_a_path_is_in_the_table(kind: type[Exception]) -> None:
    assert kind in errnos.NUMBERS


@pytest.mark.parametrize("kind", sorted(set(subclasses(errors.Refused)), key=str), ids=lambda kind: kind.__name__)
def test_refusals_are_not_store_failures(kind: type[Exception]) -> None:
    nearest = next(above for above in kind.__mro__ if above in errnos.NUMBERS)
    assert errnos.NUMBERS[nearest] != errno.EIO


@pytest.mark.parametrize(
    ("error", "number"),
    [
        (OSError(errno.ENOSPC, "full"), errno.ENOSPC),
        (OSError("no number"), errno.EIO),
        (errors.ObjectDamaged(Digest.of(b"")), errno.EIO),
        (errors.InvalidXmp("half"), errno.EINVAL),
        (tree_errors.ReadOnly("x"), errno.EROFS),
        (ValueError("unforeseen"), errno.EIO),
        (RecursionError(), errno.EIO),
    ],
)
def test_every_exception_becomes_an_errno(error: Exception, number: int) -> None:
    assert errnos.number(error) == number
