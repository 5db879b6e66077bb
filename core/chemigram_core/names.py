"""Names of branches, tags and masks, checked when they are made. Value types; knows no files.

Branches and tags follow git's check-ref-format, and what a folder of states needs beyond it: single spaces inside a
part are allowed, but no part may be named like a file of a state, HEAD or an identifier. A mask is named like any file.
No name has invisible characters, or characters that control a terminal or the direction of text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Self

from chemigram_core.errors import InvalidName, NameTooLong
from chemigram_core.layout import MASK_SUFFIX, STATE_NAMES
from chemigram_core.printable import INVISIBLE, WITHOUT_INK

MAX_PART_BYTES = 200  # of one part of a branch or tag name: room for a suffix below what filesystems allow
MAX_PATH_BYTES = 1000  # of a whole branch or tag name
MAX_FILE_BYTES = 255  # that filesystems allow

_REMEMBERED_NAMES = 4_096  # that were accepted: a listing makes the same names each time

_GIT_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f~^:?*\[\\]|\.\.|@\{")
_RESERVED = frozenset((*STATE_NAMES, "refs", "head"))
_IDENTIFIER = re.compile(r"[0-9a-f]{64}", re.IGNORECASE | re.ASCII)

_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_JOINERS = re.compile("[\u200c\u200d]")  # HFS+ ignores them when it compares names
_BLANK = re.compile(f"[{WITHOUT_INK}]*")


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
        return f"{self}{MASK_SUFFIX}"


def parse_ref(text: str) -> BranchName | TagName:
    """The branch or tag whose full name `text` is. Raises InvalidName."""
    for kind in (BranchName, TagName):
        if text.startswith(f"{kind.namespace}/"):
            return kind(text.removeprefix(f"{kind.namespace}/"))
    raise InvalidName("ref", text, "it begins with neither refs/heads/ nor refs/tags/")


def is_branch(ref: str) -> bool:
    """Whether a text is the full name of a branch."""
    try:
        return isinstance(parse_ref(ref), BranchName)
    except InvalidName:
        return False


def tail(text: str, limit_bytes: int) -> str:
    """The end of a text, whole characters of it, that fits into so many bytes of a file name."""
    return _encoded(text)[-limit_bytes:].decode("utf-8", "ignore")


def folded(name: str) -> str:
    """`name` as a filesystem sees it to which case, Unicode form and joiners don't matter; equal means a clash.

    This follows Python's Unicode table, but Unicode promises that neither the composition nor the case folding of a
    character changes once it is assigned. With characters that only a newer table has, an older Python sees no clash,
    as a filesystem of its time does.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", _JOINERS.sub("", name)).casefold())


@lru_cache(maxsize=_REMEMBERED_NAMES)
def _accepted(kind: str, text: str) -> str:
    """`text`, if it can name a `kind`. What is rejected is not remembered."""
    if kind == MaskName.kind:
        _check_file_length(text)
        rule = _broken_file_rule(text)
    else:
        _check_length(kind, text)
        rule = _broken_rule(text)
    if rule:
        raise InvalidName(kind, text, rule)
    return text


def _broken_rule(text: str) -> str | None:
    checks = {
        "it is empty": not text,
        "a lone @ means HEAD": "@" in text.split("/"),
        "it starts with a dash": text.startswith("-"),
        "control characters, '..', '@{' and any of ~^:?*[\\ are not allowed": _GIT_FORBIDDEN.search(text) is not None,
        "it has invisible or non-UTF-8 characters": _INVISIBLE.search(text) is not None,
    }
    broken = (rule for rule, is_broken in checks.items() if is_broken)
    return next(broken, None) or next((rule for part in text.split("/") if (rule := _broken_part_rule(part))), None)


def _broken_part_rule(part: str) -> str | None:
    plain = folded(part)
    checks = {
        "a part of it is empty": not part,
        "nothing of a part can be seen": _BLANK.fullmatch(part) is not None,
        "a part starts or ends with a dot": plain.startswith(".") or plain.endswith("."),
        "a part ends with .lock": plain.endswith(".lock"),
        "spaces are only allowed one at a time, inside a part": part.strip(" ") != part or "  " in part,
        "a state's own files have that name": plain in _RESERVED,
        "it looks like an identifier": _IDENTIFIER.fullmatch(plain) is not None,
    }
    return next((rule for rule, broken in checks.items() if broken), None)


def _broken_file_rule(name: str) -> str | None:
    checks = {
        "it is empty": not name,
        "nothing of it can be seen": _BLANK.fullmatch(name) is not None,
        "a slash is not allowed": "/" in name,
        "other programs' temporary files start with a dot": _JOINERS.sub("", name).startswith("."),
        "it has invisible or non-UTF-8 characters": _INVISIBLE.search(name) is not None,
    }
    return next((rule for rule, broken in checks.items() if broken), None)


def _check_length(kind: str, text: str) -> None:
    if len(_encoded(text)) > MAX_PATH_BYTES:
        raise NameTooLong(kind, text, f"it is longer than {MAX_PATH_BYTES} bytes")
    if any(len(_encoded(part)) > MAX_PART_BYTES for part in text.split("/")):
        raise NameTooLong(kind, text, f"a part of it is longer than {MAX_PART_BYTES} bytes")


def _check_file_length(name: str) -> None:
    if len(_encoded(name + MASK_SUFFIX)) > MAX_FILE_BYTES:
        raise NameTooLong(MaskName.kind, name, f"with {MASK_SUFFIX} it is longer than {MAX_FILE_BYTES} bytes")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
