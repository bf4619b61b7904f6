"""Files on the disk, not only on their way there."""

from __future__ import annotations

import os
from pathlib import Path


def flush(path: Path) -> None:
    """Before a file takes another one's place: after a power loss it would stand there empty otherwise. Blocks; raises
    OSError."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())
