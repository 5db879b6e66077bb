"""How a verb that has something to clear up is ended."""

from __future__ import annotations

import signal


def clear_up_on_sigterm() -> None:
    """Let SIGTERM do what Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
