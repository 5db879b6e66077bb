"""The pages as HTML. Text from a repository is escaped for HTML, and invisible characters are removed.

A page needs only its pictures. Its Content-Security-Policy allows it to load pictures, and to use only the script and
style in it, which are listed by their hashes.
"""

from __future__ import annotations

import os
import shlex
from base64 import b64encode
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from chemigram_core.gallery.image_page import ImagePage
from chemigram_core.gallery.overview import Overview
from chemigram_core.gallery.page.history_line import history_line
from chemigram_core.printable import printable

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PACKAGE = "chemigram_core.gallery.page"


def image_html(page: ImagePage, overview: str | None = None) -> str:
    """The page of an image; `overview` is the path of the page that it is one of, if there is one."""
    line = history_line([state.moment for state in page.states])
    return _rendered("image", page=page, line=line, overview=overview)


def overview_html(overview: Overview) -> str:
    """The first page of a library."""
    return _rendered("overview", overview=overview)


def _rendered(name: str, **values: object) -> str:
    style, script = _source("gallery.css"), _source(f"{name}.js")
    embedded = {"style": style, "script": script, "style_hash": _hash(style), "script_hash": _hash(script)}
    return _environment().get_template(f"{name}.html").render(**embedded, **values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(_PACKAGE, ""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(url=_url, word=shlex.quote, day=_day, minute=_minute)
    return environment


def _shown(value: object) -> object:
    """A text of a repository on one line; what is markup already is left alone."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _source(name: str) -> Markup:
    return Markup(files(_PACKAGE).joinpath(name).read_text(encoding="utf-8"))  # noqa: S704 - a file of ours


@cache
def _hash(source: Markup) -> str:
    return f"sha256-{b64encode(sha256(source.encode()).digest()).decode()}"


def _url(path: str) -> str:
    """A path as a relative URL."""
    return quote(os.fsencode(path))


def _day(time: datetime) -> str:
    return f"{time.day} {_MONTHS[time.month - 1]} {time.year}"


def _minute(time: datetime) -> str:
    return f"{time:%H:%M}"
