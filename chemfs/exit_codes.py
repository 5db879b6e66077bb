"""The exit codes of the command line."""

from typing import Final

PROBLEM_FOUND: Final = 1  # what was asked for is done, and something is wrong with what it looked at
WRONG_USAGE: Final = 2
REFUSED: Final = 3  # the input, a name or the moment
STORE_FAILED: Final = 4  # the repository or the system under it
INTERRUPTED: Final = 130  # as shells report a Ctrl-C
