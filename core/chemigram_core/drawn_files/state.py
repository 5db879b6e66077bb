"""drawn/ of a state in a repository: read and parsed on demand, in a bounded cache."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from threading import Lock

from cachetools import LRUCache

from chemigram_core.darktable.drawn.figures import NotComputable
from chemigram_core.digest import Digest
from chemigram_core.drawn_files.drawn_files import DrawnFiles, drawn_files
from chemigram_core.drawn_files.image_header import image_header
from chemigram_core.drawn_files.pictures import picture
from chemigram_core.drawn_files.text import FILE_NAME, text_of
from chemigram_core.image.header import Header
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind

_KEPT_BYTES = 16 << 20  # of XMPs, whose drawn shapes take a few times as much once they are read

_lock = Lock()  # guards the cache
_known: LRUCache[tuple[Digest, Header | str], tuple[int, DrawnFiles]] = LRUCache(
    _KEPT_BYTES, getsizeof=lambda known: known[0]
)


def drawn_in(repository: Repository, state: Digest) -> DrawnFiles:
    """Those of a state with the current image. Raises ObjectMissing, ObjectDamaged, InvalidXmp; OSError."""
    header = _header(repository)
    key = state, str(header) if isinstance(header, NotComputable) else header
    with _lock:
        if (known := _known.get(key)) is not None:
            return known[1]
    return _read(repository, key, header)


def contents_of(files: DrawnFiles) -> Mapping[str, Callable[[], bytes]]:
    """What gives the bytes of each file, by its path in drawn/: the text first, then the pictures."""
    contents: dict[str, Callable[[], bytes]] = {FILE_NAME: lambda: text_of(files).encode()}
    if (raster := files.raster) is not None:
        contents |= {path: partial(picture, recipe, raster) for path, recipe in files.pictures.items()}
    return contents


def _header(repository: Repository) -> Header | NotComputable:
    try:
        return image_header(repository.image)
    except NotComputable as reason:
        return reason


def _read(repository: Repository, key: tuple[Digest, Header | str], header: Header | NotComputable) -> DrawnFiles:
    """Parsed here: the cache of parsed documents is for the tips that later saves are compared with."""
    from chemigram_core.sidecar import parse_again

    data = repository.objects.read(key[0], Kind.SNAPSHOT)
    found = drawn_files((repository.states.recall(key[0]) or parse_again(data)).history, header)
    if len(data) <= _KEPT_BYTES:
        with _lock:
            _known[key] = len(data), found
    return found
