"""The overview of a library: a card for each image, by folders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from chemigram_core.gallery.image_page import ShownState
from chemigram_core.gallery.pictures import Picture
from chemigram_core.names import TagName
from chemigram_core.status.attention import Attention


@dataclass(frozen=True, slots=True)
class Card:
    """An image in the overview: its path in the library, the path of its page if it has one, HEAD's state and a
    small picture of it, its number of states, its tags, and what needs attention.
    """

    path: str
    page: str | None
    head: ShownState | None
    small: Picture | None
    states: int
    tags: Sequence[TagName]
    attention: Sequence[Attention]

    @property
    def folder(self) -> str:
        """The folder of the library that the image is in; empty at the top."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Overview:
    """What the first page of a library's gallery shows; the cards are in the order of their paths."""

    name: str
    cards: Sequence[Card]

    @property
    def folders(self) -> Iterator[tuple[str, list[Card]]]:
        """The cards by their folders."""
        return ((folder, list(cards)) for folder, cards in groupby(self.cards, lambda card: card.folder))

    @property
    def tags(self) -> list[TagName]:
        """All tags."""
        return sorted({tag for card in self.cards for tag in card.tags})

    @property
    def needy(self) -> int:
        """How many images need attention."""
        return sum(bool(card.attention) for card in self.cards)
