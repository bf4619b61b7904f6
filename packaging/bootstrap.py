#!/usr/bin/env python3
"""Sets Koppler up beside its source code and starts it: see `python3 packaging/bootstrap.py --help`.

This file must be readable by any Python 3, because its first duty is to tell an interpreter that is too old what to do.
Everything newer stands in the folder `bootstrapping`. Only the standard library is available at this point.
"""

import sys

OLDEST_PYTHON = (3, 11)


def explain_old_python(version: "tuple[int, ...]") -> str:
    return (
        "Koppler needs Python {0}.{1} or newer; this is Python {2}.{3}.\n"
        "Install a newer Python (Windows and macOS: the installer from the Python website; Debian and Ubuntu: "
        "sudo apt-get install python3 python3-venv) and start this command with it, for example: "
        "python3.12 packaging/bootstrap.py run".format(OLDEST_PYTHON[0], OLDEST_PYTHON[1], version[0], version[1])
    )


if sys.version_info[:2] < OLDEST_PYTHON:
    sys.stderr.write(explain_old_python(sys.version_info[:2]) + "\n")
    sys.exit(1)

if __name__ == "__main__":
    from bootstrapping.commands import main

    sys.exit(main(sys.argv[1:]))
