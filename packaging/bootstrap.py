#!/usr/bin/env python3
"""Sets Koppler up beside its source code and starts it: see `python3 packaging/bootstrap.py --help`.

This file must be readable by any Python, because its first duty is to tell an interpreter that is too old what to do.
Everything newer stands in the folder `bootstrapping`. Only the standard library is available at this point.
"""

import sys

OLDEST_PYTHON = (3, 11)
TOO_OLD = """\
Koppler needs Python {0}.{1} or newer; this is Python {2}.{3}.
Install a newer Python (Windows and macOS: the installer from the Python website;
Debian and Ubuntu: sudo apt-get install python3 python3-venv)
and start this command with it, for example: python3.12 packaging/bootstrap.py run
"""

if sys.version_info[:2] < OLDEST_PYTHON:
    sys.stderr.write(TOO_OLD.format(*(OLDEST_PYTHON + sys.version_info[:2])))
    sys.exit(1)

if __name__ == "__main__":
    from bootstrapping.commands import main

    sys.exit(main(sys.argv[1:]))
