"""`python -m chemfs`: the command line; how a mount starts its own daemon."""

import sys

from chemfs.cli import main

sys.exit(main())
