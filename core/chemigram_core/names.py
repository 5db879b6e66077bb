"""Names of branches, tags and masks, checked when they are made. Value types; knows no files.

The rules are git's check-ref-format, and beyond it what a folder of states needs: no part may be named like a file of
a state, look like an option, an identifier or HEAD, or carry characters that a person can't see.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Self

from chemigram_core.errors import InvalidName, NameTooLong
from chemigram_core.layout import MASK_FOLDER, XMP_FILE

MAX_NAME_BYTES = 200  # of one part: room for a suffix below the 255 bytes that filesystems allow
MAX_PATH_BYTES = 1000  # of a whole branch or tag name

_REMEMBERED_NAMES = 4_096  # that were accepted: a listing makes the same names each time

_GIT_FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{")
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_STATE_FILES = frozenset((XMP_FILE, MASK_FOLDER, "refs", "head"))
_IDENTIFIER = re.compile(r"[0-9a-f]{64}", re.IGNORECASE | re.ASCII)


class RefName(str):
    """What follows `refs/heads/` or `refs/tags/`: one part, or several with slashes between."""

    __slots__ = ()
    kind = "ref"
    namespace = "refs"

    def __new__(cls, text: str) -> Self:
        """The name that `text` spells, unchanged. Raises InvalidName with the rule that it breaks."""
        return super().__new__(cls, _accepted(cls.kind, text))

    @property
    def ref(self) -> str:
        """The full name, as HEAD and the log write it: `refs/heads/main`."""
        return f"{self.namespace}/{self}"


class BranchName(RefName):
    """A branch."""

    __slots__ = ()
    kind = "branch"
    namespace = "refs/heads"


class TagName(RefName):
    """A tag."""

    __slots__ = ()
    kind = "tag"
    namespace = "refs/tags"


class MaskName(str):
    """A mask's symbolic name: its file is `masks/<name>.png`."""

    __slots__ = ()
    kind = "mask"

    def __new__(cls, text: str) -> Self:
        """The name that `text` spells, unchanged. Raises InvalidName with the rule that it breaks."""
        return super().__new__(cls, _accepted(cls.kind, text))

    @property
    def file_name(self) -> str:
        """The name of the file in a state's `masks/`."""
        return f"{self}.png"


def parse_ref(text: str) -> BranchName | TagName:
    """The branch or tag whose full name `text` is. Raises InvalidName."""
    for kind in (BranchName, TagName):
        if text.startswith(f"{kind.namespace}/"):
            return kind(text.removeprefix(f"{kind.namespace}/"))
    raise InvalidName("ref", text, "it begins with neither refs/heads/ nor refs/tags/")


def tail(text: str, limit_bytes: int) -> str:
    """The end of a text, whole characters of it, that fits into so many bytes of a file name."""
    return _encoded(text)[-limit_bytes:].decode("utf-8", "ignore")


def folded(name: str) -> str:
    """`name` as a case- and normalisation-insensitive filesystem would see it; equal means a clash."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


@lru_cache(maxsize=_REMEMBERED_NAMES)
def _accepted(kind: str, text: str) -> str:
    """`text`, if it can name a `kind`. What is rejected is not remembered."""
    _check_length(kind, text)
    if rule := _broken_part_rule(text) if kind == MaskName.kind else _broken_rule(text):
        raise InvalidName(kind, text, rule)
    return text


def _broken_rule(text: str) -> str | None:
    if not text:
        return "it is empty"
    if "@" in text.split("/"):
        return "a lone @ means HEAD"
    if _GIT_FORBIDDEN.search(text):
        return "spaces, control characters, '..', '@{' and any of ~^:?*[\\ are not allowed"
    return next((rule for part in text.split("/") if (rule := _broken_part_rule(part))), None)


def _broken_part_rule(part: str) -> str | None:
    checks = {
        "a part of it is empty": not part,
        "a part starts with a dot or a dash": part.startswith((".", "-")),
        "a part ends with a dot or a space": part.endswith((".", " ")),
        "a part ends with .lock": part.casefold().endswith(".lock"),
        "a slash is not allowed": "/" in part,
        "it has invisible or non-UTF-8 characters": any(
            unicodedata.category(character) in _INVISIBLE for character in part
        ),
        "a state's own files have that name": folded(part) in _STATE_FILES,
        "it looks like an identifier": _IDENTIFIER.fullmatch(part) is not None,
    }
    return next((rule for rule, broken in checks.items() if broken), None)


def _check_length(kind: str, text: str) -> None:
    if len(_encoded(text)) > MAX_PATH_BYTES:
        raise NameTooLong(kind, text, f"it is longer than {MAX_PATH_BYTES} bytes")
    if any(len(_encoded(part)) > MAX_NAME_BYTES for part in text.split("/")):
        raise NameTooLong(kind, text, f"a part of it is longer than {MAX_NAME_BYTES} bytes")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
