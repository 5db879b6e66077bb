"""An error as one line and an exit code. Knows no verb."""

from __future__ import annotations

from typing import NamedTuple

from chemfs import exit_codes
from chemigram_core.errors import ChemigramError, NotARepository, Refused


class Failure(NamedTuple):
    """A line that says what happened and what to do, and the exit code."""

    message: str
    code: int


def failure(error: ChemigramError | OSError) -> Failure:
    """The line and the exit code for an error."""
    if isinstance(error, OSError):
        return Failure(_system_error(error), exit_codes.STORE_FAILED)
    code = exit_codes.REFUSED if isinstance(error, Refused) else exit_codes.STORE_FAILED
    return Failure(_message(error), code)


def _message(error: ChemigramError) -> str:
    """The message. For a library where a repository is needed, its hint is not to create a repository."""
    if isinstance(error, NotARepository):
        from chemigram_core.folder_kind import explained

        return str(explained(error))
    return str(error)


def _system_error(error: OSError) -> str:
    reason = error.strerror or str(error) or type(error).__name__
    if isinstance(error, PermissionError):
        reason += "; run it as the owner, or change the permissions (chmod)"
    return f"{error.filename}: {reason}" if error.filename else reason
