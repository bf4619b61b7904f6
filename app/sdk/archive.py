"""Whether a packed file, such as a workbook, is safe to unpack: judged by the sizes it declares.

Declared sizes can be believed: Python's ``zipfile`` never gives out more than an entry declares.
"""

from __future__ import annotations

from collections.abc import Sequence
from zipfile import ZipInfo

_LARGEST_RATIO = 250
"""Sheets of very regular numbers reach about 60; a zip bomb has thousands."""
_RATIO_MATTERS_BYTES = 20 * 1024**2
_LARGEST_TEXTS_BYTES = 200 * 1024**2
"""The shared texts of a workbook are held in memory while it is read."""


def is_bomb(members: Sequence[ZipInfo], *, most_bytes: int) -> bool:
    """``most_bytes`` is what all entries may come to, unpacked."""
    texts = sum(each.file_size for each in members if each.filename.endswith("sharedStrings.xml"))
    return (
        sum(each.file_size for each in members) > most_bytes
        or texts > _LARGEST_TEXTS_BYTES
        or any(
            each.file_size > _RATIO_MATTERS_BYTES and each.file_size > _LARGEST_RATIO * max(1, each.compress_size)
            for each in members
        )
    )
