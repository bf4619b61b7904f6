"""A server that repeats whatever it hears, in every kind of refusal that there is."""

from __future__ import annotations

import base64
import json
import textwrap
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.sdk.simulator import Simulator, serve
from tests.leaks.canaries import PEOPLE

STATUSES = (400, 401, 403, 404, 409, 422, 429, 500, 502, 503)


async def heard(request: Request) -> str:
    """Everything the client said, as a vendor's debug page would print it. Header bytes are read as UTF-8."""
    headers = [f"{name.decode()}: {value.decode('utf-8', 'replace')}" for name, value in request.scope["headers"]]
    body = (await request.body()).decode("utf-8", "replace")
    return "\n".join((*headers, str(request.url), body, *PEOPLE))


async def answer(request: Request) -> Response:
    words = await heard(request)
    keys = " ".join(value.decode("utf-8", "replace") for _, value in request.scope["headers"])
    mode = request.path_params["mode"]
    packed = base64.b64encode(words.encode()).decode()
    echo = {"message": f"refused: {words}", "errors": [{"title": words, "detail": packed}], "title": words}
    if mode.isdecimal():
        headers = {"Retry-After": "0", "X-Echo": quote(keys)}
        return JSONResponse(echo, int(mode), headers)
    made = {
        "html": HTMLResponse(f"<html><pre>{words}</pre></html>", 502),
        "page": HTMLResponse(f"<html>{words}</html>"),
        "wrapped": PlainTextResponse("\n".join(textwrap.wrap(packed + " " + quote(words), 76)), 403),
        "redirect": Response(status_code=302, headers={"Location": f"https://other.invalid/?key={quote(keys)}"}),
        "graphql": JSONResponse({"errors": [{"message": words}], "data": None, **echo}),
        "cut": PlainTextResponse(json.dumps(echo)[:-20]),
        "hex": JSONResponse({"message": words.encode().hex(), "errors": [words.encode().hex()]}, 400),
        "empty": JSONResponse([] if request.method == "GET" else {"id": words}),
    }
    if mode not in made:
        raise ConnectionAbortedError
    return made[mode]


MODES = (*map(str, STATUSES), "html", "page", "wrapped", "redirect", "graphql", "cut", "hex", "empty", "drop")


@dataclass(frozen=True)
class Mirror:
    """``address_of`` gives the address of a kind of refusal."""

    base: str
    secure: str

    def address_of(self, mode: str) -> str:
        other = {"tls": self.secure, "name": "https://shop.invalid", "closed": "http://127.0.0.1:9"}
        return other.get(mode) or f"{self.base}/{mode}"


EVERY_MODE = (*MODES, "tls", "name", "closed")


@asynccontextmanager
async def mirrored(folder: Path) -> AsyncIterator[Mirror]:
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    app = Starlette(routes=[Route("/{mode}/{path:path}", answer, methods=methods), Route("/{mode}", answer)])
    simulator = Simulator("mirror", app, settings={}, secrets={}, summary=dict)
    async with serve(simulator) as base, _secure(simulator, folder) as secure:
        yield Mirror(base, secure)


@asynccontextmanager
async def _secure(app: Simulator, folder: Path) -> AsyncIterator[str]:
    """With a certificate that nobody knows."""
    import asyncio

    certificate, key = folder / "mirror.crt", folder / "mirror.key"
    write_certificate(certificate, key)
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, lifespan="off", log_level="critical", ssl_certfile=certificate, ssl_keyfile=key
    )
    server = uvicorn.Server(config)
    server.capture_signals = _nothing  # type: ignore[method-assign]  # the test's own signals stay in force
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers a flag, no event
        await asyncio.sleep(0.005)
    try:
        yield f"https://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


def _nothing():
    from contextlib import nullcontext

    return nullcontext()


def write_certificate(certificate: Path, key: Path, *, name: str = "Mirror Antivirus CA") -> None:
    """Self-signed, for 127.0.0.1 and localhost, valid for a day."""
    import ipaddress

    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
