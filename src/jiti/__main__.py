"""`python -m jiti` is the command `jiti`."""

import sys

from jiti.cli import main

sys.exit(main())
