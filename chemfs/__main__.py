"""`python -m chemfs`: the command line, and how a mount starts its daemon."""

import sys

from chemfs.cli.main import main

sys.exit(main())
