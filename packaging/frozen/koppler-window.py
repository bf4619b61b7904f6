"""Start of the bundled program without a console: from the start menu, the dock, or a desktop file."""

import multiprocessing
import sys

from app.__main__ import window

if __name__ == "__main__":
    multiprocessing.freeze_support()  # a bundled program starts its worker processes by starting itself
    sys.exit(window())
