"""``python -m tajsim`` is the command line ``tajsim``."""

import sys

from tajsim.cli import main

if __name__ == "__main__":
    sys.exit(main())
