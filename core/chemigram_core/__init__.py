"""The versioned repository of one image's darktable edits, without any mount (ADR-018).

    import chemigram_core

    repository = chemigram_core.init("IMG_1234", image="IMG_1234.CR2")
    repository.save(xmp)

The names below are the public face, loaded when they are first used. docs/library.md says what is stable.
"""

TYPE_CHECKING = False  # typing's, without loading typing
if TYPE_CHECKING:
    from chemigram_core.api import Library, Repository, import_shoot, init, open
    from chemigram_core.compare.node import Changeset
    from chemigram_core.errors import ChemigramError, ForeignRepository, Refused, StoreFailed
    from chemigram_core.fsck.finding import Finding
    from chemigram_core.gc.collector import Garbage
    from chemigram_core.library.relink_all import RelinkReport
    from chemigram_core.library.tag_all import TagReport
    from chemigram_core.log.entry import LogEntry
    from chemigram_core.operations.save import Saved, Unchanged
    from chemigram_core.shoot.report import Report
    from chemigram_core.states import State
    from chemigram_core.status.image_status import ImageStatus

__all__ = [
    "Changeset",
    "ChemigramError",
    "Finding",
    "ForeignRepository",
    "Garbage",
    "ImageStatus",
    "Library",
    "LogEntry",
    "Refused",
    "RelinkReport",
    "Report",
    "Repository",
    "Saved",
    "State",
    "StoreFailed",
    "TagReport",
    "Unchanged",
    "import_shoot",
    "init",
    "open",
]

_MODULES = {
    "Changeset": "compare.node",
    "ChemigramError": "errors",
    "Finding": "fsck.finding",
    "ForeignRepository": "errors",
    "Garbage": "gc.collector",
    "ImageStatus": "status.image_status",
    "LogEntry": "log.entry",
    "Refused": "errors",
    "RelinkReport": "library.relink_all",
    "Report": "shoot.report",
    "Saved": "operations.save",
    "State": "states",
    "StoreFailed": "errors",
    "TagReport": "library.tag_all",
    "Unchanged": "operations.save",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_MODULES.get(name, 'api')}"), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
