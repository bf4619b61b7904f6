"""Which character set a text file has: by its mark, by its bytes, and at last by which letters make sense."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from charset_normalizer import from_bytes

from app.connectors.files.intake import cannot_open
from app.connectors.files.settings import Encoding

_BLOCK_BYTES = 1024 * 1024
_SAMPLE_BYTES = 65_536
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES = ("cp1252", "cp1250", "iso-8859-2")
_COMMON = frozenset("äöüßÄÖÜéèêàâçñóáíúôîïëåæøœ€–„“”’ąćęłńóśźżĄĆĘŁŃÓŚŹŻ£§°éÉ®™²½")
_SIGN_IN_WORD = re.compile(r"[^\W\d_][¹²³¿¶¼¾Ÿ\u0080-\u009f\u00a0-\u00bf]+[^\W\d_]|[^\W\d_][¹³¿¶¼Ÿ](?=\W|$)")
# Spanish ñ stands before a vowel, Polish ń never does; French œ stands before u or i; no word ends in æ.
_UNLIKELY = re.compile(r"ñ(?![aeiouyáéíóú])|ń[aeiouyáéíóú]|œ(?![ui])|æ(?=\W|$)", re.IGNORECASE)
_MOSTLY = 10


def codec_of(path: Path, wanted: Encoding) -> str:
    """A codec that reads the file, its mark included. Raises ConfigError where the file cannot be opened."""
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
            by_mark = next((codec for mark, codec in _MARKS if head.startswith(mark)), None)
            if by_mark:
                return by_mark
            if wanted is not Encoding.AUTO:
                return wanted.value
            if (wide := _utf_16_without_mark(head)) is not None:
                return wide
            stream.seek(0)
            is_utf_8, sample = _judge(iter(lambda: stream.read(_BLOCK_BYTES), b""))
    except OSError as error:
        raise cannot_open(path, error) from error
    return "utf-8" if is_utf_8 else most_sensible(sample)


def _utf_16_without_mark(head: bytes) -> str | None:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 4 and not even:
        return "utf-16-le"
    if even > len(head) // 4 and not odd:
        return "utf-16-be"
    return None


def _judge(blocks: Iterator[bytes]) -> tuple[bool, bytes]:
    """Whether the bytes are UTF-8 apart from a few broken places, and a sample of the lines that are not ASCII."""
    sample, good, bad = bytearray(), 0, 0
    rest = b""
    for block in blocks:
        whole, _, rest = (rest + block).rpartition(b"\n")
        if not whole.isascii():
            found = _count_utf_8(whole)
            good, bad = good + found[0], bad + found[1]
            if len(sample) < _SAMPLE_BYTES:
                sample += b"\n".join(line for line in whole.split(b"\n") if not line.isascii())[:_SAMPLE_BYTES]
    if not rest.isascii():
        found = _count_utf_8(rest)
        good, bad = good + found[0], bad + found[1]
        sample += rest[:_SAMPLE_BYTES]
    return bad == 0 or good > _MOSTLY * bad, bytes(sample)


_UTF_8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def _count_utf_8(raw: bytes) -> tuple[int, int]:
    rest, good = _UTF_8.subn(b"", raw)
    return good, len(re.findall(rb"[\x80-\xff]", rest))


def most_sensible(sample: bytes) -> str:
    """Among the sets of Western and Central European Windows and Unix programs. German letters are the same in all
    three, so a tie goes to Western Europe."""
    scores = {codec: _score(sample.decode(codec, "replace")) for codec in _CANDIDATES}
    best = max(scores.values())
    equal = [codec for codec in _CANDIDATES if scores[codec] == best]
    if len(equal) == 1 or "cp1252" in equal:
        return equal[0]
    guess = from_bytes(sample, cp_isolation=list(equal)).best()
    return guess.encoding.replace("_", "-").replace("iso8859", "iso-8859") if guess else equal[0]


def _score(words: str) -> int:
    foreign = [each for each in words if not each.isascii()]
    sense = sum(1 if each in _COMMON else -1 for each in foreign)
    control = sum(1 for each in foreign if "\x80" <= each <= "\x9f" or each == "\ufffd")
    odd = len(_SIGN_IN_WORD.findall(words)) + len(_UNLIKELY.findall(words))
    return sense - 3 * control - 3 * odd
