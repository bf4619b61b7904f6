"""The checks of secure connections: nothing switches them off, and what the system trusts is trusted."""

from __future__ import annotations

import ast
import asyncio
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import app
from tests.leaks.mirror import mirrored

_SOURCES = sorted(Path(app.__file__).parent.rglob("*.py"))
_HANDSHAKE = "network_check.py:_certificate_seen"
"""Looks at a certificate that was refused, to name its issuer; nothing is sent over that connection."""

KNOCK = """
import asyncio, sys
from app.core.errors import AppError
from app.sdk.http import HttpClient
from app.sdk.network_check import NetworkCheck
from app.sdk.pacing import Pace

async def main(address):
    try:
        print((await NetworkCheck(address).check_security()).message)
    except AppError as error:
        print("refused:", error)
    async with HttpClient(address, pace=Pace(per_second=100)) as client:
        try:
            print("answered", (await client.get("empty/x")).status)
        except AppError as error:
            print("not sent:", type(error).__name__)

asyncio.run(main(sys.argv[1]))
"""


def _settings(tree: ast.AST) -> Iterator[tuple[str, str, ast.expr]]:
    """Function, name and value of every keyword and every attribute that is set."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
            continue
        where = getattr(function, "name", "module")
        for node in ast.walk(function):
            if isinstance(node, ast.keyword) and node.arg:
                yield where, node.arg, node.value
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Attribute):
                        yield where, target.attr, node.value


def test_no_code_switches_the_checks_of_a_certificate_off_or_follows_redirects() -> None:
    found = set()
    for path in _SOURCES:
        for where, name, value in _settings(ast.parse(path.read_text(encoding="utf-8"))):
            words = ast.unparse(value)
            is_off = (name, words) in {
                ("verify", "False"),
                ("check_hostname", "False"),
                ("verify_mode", "ssl.CERT_NONE"),
                ("follow_redirects", "True"),
                ("allow_redirects", "True"),
            }
            if is_off and where != "module":
                found.add(f"{path.name}:{where}")
    assert found <= {_HANDSHAKE}
    unchecked = [
        path.name
        for path in _SOURCES
        if any(words in path.read_text(encoding="utf-8") for words in ("_create_unverified", "create_unverified"))
    ]
    assert unchecked == []


@pytest.fixture
def knock(program_environment: Callable[..., dict[str, str]]) -> Callable[..., object]:
    async def run(address: str, **environment: str) -> str:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", KNOCK, address),
            env=program_environment(**environment),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        return out.decode()

    return run


async def test_an_unknown_issuer_is_named_and_no_variable_makes_it_pass(knock, tmp_path: Path) -> None:
    keys = tmp_path / "session-keys.txt"
    async with mirrored(tmp_path) as mirror:
        said = await knock(
            mirror.secure,
            PYTHONHTTPSVERIFY="0",
            CURL_CA_BUNDLE="",
            REQUESTS_CA_BUNDLE="",
            NODE_TLS_REJECT_UNAUTHORIZED="0",
            SSL_VERIFY="false",
            SSLKEYLOGFILE=str(keys),
        )
    assert 'issued by "Mirror Antivirus CA", which this computer does not trust' in said
    assert "not sent: AddressError" in said
    assert not keys.exists(), "the keys of a secure connection are written to no file"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the store of the system knows no variable to add to it")
async def test_an_issuer_that_the_system_trusts_is_trusted_without_any_setting(knock, tmp_path: Path) -> None:
    keys = tmp_path / "session-keys.txt"
    async with mirrored(tmp_path) as mirror:
        said = await knock(mirror.secure, SSL_CERT_FILE=str(tmp_path / "mirror.crt"), SSLKEYLOGFILE=str(keys))
    assert "Encrypted with TLSv1.3; the certificate is issued by Mirror Antivirus CA" in said
    assert "answered 200" in said
    assert not keys.exists()
