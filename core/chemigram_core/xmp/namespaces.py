"""Names of XMP properties: the prefixes of namespaces. Knows no XML parser and no values.

A name is `prefix:local` where the namespace is in the table (namespaces.txt), and `{uri}local` where it is not. So the
same property has the same name whatever prefix a file gave it (rule 4 of docs/canonical-xmp.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from chemigram_core.errors import shown
from chemigram_core.printable import printable

TABLE = Path(__file__).with_name("namespaces.txt")
_LINES = [line.split() for line in TABLE.read_text(encoding="ascii").splitlines() if not line.startswith("#")]
KNOWN: Mapping[str, str] = MappingProxyType({prefix: uri for prefix, uri, _ in _LINES})
_PREFIX_OF = {uri: prefix for prefix, uri in KNOWN.items()}
_DIGITS = 20  # 80 bits: among a million namespaces, two with the same digits are less likely than one in 10**12


@lru_cache(maxsize=1000)  # all sidecars together have some hundred names, of which each repeats many
def name_of(clark: str) -> str:
    """The name of what an XML parser calls `{uri}local`."""
    uri, _, local = clark[1:].rpartition("}")
    prefix = _PREFIX_OF.get(uri)
    return f"{prefix}:{local}" if prefix else clark


def label(text: str) -> str:
    """A name, or a parser's message with names in it, for a one-line message; foreign text can be anything."""
    return text if len(text) <= 80 and text == printable(text) else shown(text)


class Prefixes:
    """The prefixes of one document. That of a namespace outside the table is computed from its URI."""

    def __init__(self, names: Iterable[str]) -> None:
        used = set(names)
        self._foreign = _computed({_uri(name) for name in used if name.startswith("{")})
        self._known = {name.partition(":")[0] for name in used if not name.startswith("{")}

    def declared(self) -> list[tuple[str, str]]:
        """Prefix and URI of each namespace in use, sorted by prefix."""
        foreign = [(prefix, uri) for uri, prefix in self._foreign.items()]
        return sorted([*foreign, *((prefix, KNOWN[prefix]) for prefix in self._known)])

    def shown(self, name: str) -> str:
        """`name` with its prefix, as the document writes it."""
        if not name.startswith("{"):
            return name
        return f"{self._foreign[_uri(name)]}:{name.rpartition('}')[2]}"


def _computed(uris: Iterable[str]) -> dict[str, str]:
    """The prefix of each URI, which depends on no other URI unless their digits begin alike.

    Programs keep one table of prefixes for all files that they have open: a prefix that two namespaces had in two
    files would put the fields of one into the other. No prefix of the table looks like a computed one.
    """
    digits = {uri: sha256(uri.encode()).hexdigest() for uri in uris}
    alike = Counter(text[:_DIGITS] for text in digits.values())
    return {uri: f"ns{text if alike[text[:_DIGITS]] > 1 else text[:_DIGITS]}" for uri, text in digits.items()}


def _uri(name: str) -> str:
    return name[1:].rpartition("}")[0]
