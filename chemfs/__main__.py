"""`python -m chemfs`: the command line; how a mount starts its own daemon."""

import sys

from chemfs.cli.main import main

sys.exit(main())
