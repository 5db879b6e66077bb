"""The exit codes of the command line."""

from typing import Final

PROBLEM_FOUND: Final = 1  # done, and a problem was found
WRONG_USAGE: Final = 2
REFUSED: Final = 3  # input or name rejected, or not possible right now; nothing changed
STORE_FAILED: Final = 4  # the repository or the system under it failed
INTERRUPTED: Final = 130  # what shells report after Ctrl-C
