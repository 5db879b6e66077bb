"""The contrast of what a page shows (WCAG 2), measured in the browser from computed styles. Knows no gallery.

axe-core leaves out what is measured here: text over pictures, the borders of fields, what shows the focus.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from tests.support.browser import Browser

TEXT, LARGE_TEXT, CONTROL = 4.5, 3.0, 3.0  # WCAG AA: 1.4.3, 1.4.11

_SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


class Contrast(NamedTuple):
    """What was measured, its lowest contrast, and whether it is large text."""

    what: str
    ratio: float
    is_large: bool


def texts(browser: Browser, pictures: str) -> list[Contrast]:
    """Each text that can be seen; `pictures` selects what may have any colour."""
    return [Contrast(*one) for one in browser.driver.execute_script(f"{_SCRIPT}; return texts(arguments[0])", pictures)]


def controls(browser: Browser, pictures: str) -> list[Contrast]:
    """The borders of fields, what shows the focus, and lines that mean something."""
    return [
        Contrast(*one) for one in browser.driver.execute_script(f"{_SCRIPT}; return controls(arguments[0])", pictures)
    ]


def too_low(found: list[Contrast], limit: float) -> list[Contrast]:
    """Those below the limit, or below that of large text."""
    return [one for one in found if one.ratio < (LARGE_TEXT if one.is_large else limit)]
