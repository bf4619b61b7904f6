"""Turns the end of pip's output into one sentence about what happened and one about what to do."""

import re
from dataclasses import dataclass

_HOW_TO_GO_ON = "Nothing is lost: start the same command again afterwards and the set-up continues."


@dataclass(frozen=True, slots=True)
class _Cause:
    pattern: str
    explanation: str


# The first pattern that matches decides, so the causes that hide behind others come first.
_CAUSES = (
    _Cause(
        r"DO NOT MATCH THE HASHES",
        "A downloaded package is not the one Koppler was tested with, so it was not installed. "
        "Try again on another network; if it happens again, report it to the maintainers.",
    ),
    _Cause(
        r"No space left on device|not enough space|Errno 28",
        "The disk is full. Free about 1 GB of space.",
    ),
    _Cause(
        r"Tunnel connection failed|ProxyError|Cannot connect to proxy|407 Proxy",
        "The proxy of your network refused the connection. Set HTTPS_PROXY to the proxy's address, with name and "
        "password if it asks for them (for example HTTPS_PROXY=http://name:password@proxy:8080).",
    ),
    _Cause(
        r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError",
        "The secure connection to the package index could not be verified. A virus scanner or company proxy that "
        "reads encrypted traffic is the usual cause: set PIP_CERT to the file with its root certificate. "
        "Also check the date and time of this computer.",
    ),
    _Cause(
        r"NewConnectionError|Failed to establish a new connection|NameResolutionError|name resolution|"
        r"getaddrinfo failed|Network is unreachable|Connection refused|Connection reset|ConnectTimeout|ReadTimeout|"
        r"timed out|RemoteDisconnected|IncompleteRead",
        "The packages could not be downloaded: no connection to the package index. Check the internet connection; "
        "in a company network set HTTPS_PROXY to the proxy's address.",
    ),
    _Cause(
        r"Permission denied|Access is denied|WinError 5\b|WinError 32|Errno 13",
        "A file in the virtual environment could not be replaced. Close Koppler and any terminal that uses it.",
    ),
    _Cause(
        r"No matching distribution|Could not find a version|not a supported wheel",
        "No ready-made package of a part that Koppler needs was found for this Python and this computer. Check the "
        "internet connection, and use a 64-bit Python 3.11 to 3.13 on Windows 10, macOS 13, a Linux with glibc 2.34, "
        "or newer.",
    ),
)


def explain_pip_failure(output: str) -> str:
    for cause in _CAUSES:
        if re.search(cause.pattern, output, re.IGNORECASE):
            return f"{cause.explanation} {_HOW_TO_GO_ON}"
    return f"The packages could not be installed; the lines above say why. {_HOW_TO_GO_ON}"
