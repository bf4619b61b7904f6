"""Start of the bundled program with a console."""

import multiprocessing
import sys

from app.__main__ import main

if __name__ == "__main__":
    multiprocessing.freeze_support()  # a bundled program starts its worker processes by starting itself
    sys.exit(main())
