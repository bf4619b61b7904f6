"""Address, secure connection and redirect, over real sockets on loopback."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from app.core.errors import AddressError, UnreachableError
from app.core.events import StageState, now
from app.sdk.check import run_probes
from app.sdk.network_check import NetworkCheck, distrust
from app.sdk.simulator import Simulator, serve


def shop(answer: Callable[[Request], Response]) -> Simulator:
    async def endpoint(request: Request) -> Response:
        return answer(request)

    application = Starlette(routes=[Route("/{path:path}", endpoint)])
    return Simulator("shop", application, settings={}, secrets={}, summary=dict)


def certificate(
    *, names: tuple[str, ...] = ("127.0.0.1",), issuer: str = "Guard Antivirus Root", begins: int = -10, ends: int = 10
) -> tuple[bytes, bytes]:
    """PEM of a certificate and its key; ``begins`` and ``ends`` in days from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)])
    alternatives = [x509.IPAddress(ip_address(n)) if n[0].isdigit() else x509.DNSName(n) for n in names]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) + timedelta(days=begins))
        .not_valid_after(datetime.now(UTC) + timedelta(days=ends))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM), private


@asynccontextmanager
async def tls_server(folder: Path, made: tuple[bytes, bytes]) -> AsyncIterator[str]:
    path = folder / "server.pem"
    path.write_bytes(b"".join(made))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)

    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_practice_address_passes_and_says_that_it_is_unencrypted() -> None:
    async with serve(shop(lambda _: JSONResponse({}, 404))) as address:
        stages = [stage async for stage in run_probes(NetworkCheck(address).probes())]
    results = {stage.name: stage.state for stage in stages}
    assert results == {"address": StageState.OK, "secure": StageState.NOTE, "redirect": StageState.OK}
    assert any("unencrypted" in str(stage.message) for stage in stages)


async def test_an_unknown_host_is_named() -> None:
    with pytest.raises(AddressError) as caught:
        await NetworkCheck("https://no-such-shop.invalid").find_address()
    assert "no-such-shop.invalid" in str(caught.value)
    assert caught.value.field == "api_address"


async def test_a_port_where_nobody_answers_is_named() -> None:
    async with serve(shop(lambda _: Response())) as address:
        pass
    with pytest.raises(UnreachableError) as caught:
        await NetworkCheck(address).find_address()
    assert address.rsplit(":", 1)[1] in str(caught.value)


async def test_http_to_another_computer_is_refused() -> None:
    with pytest.raises(AddressError) as caught:
        await NetworkCheck("http://shop.invalid/api").find_address()
    assert caught.value.suggestion == "https://shop.invalid/api"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize(
    "location", ["https://www.shop.invalid/api", "https://shop.invalid/api", "http://127.0.0.1:9/elsewhere"]
)
async def test_a_redirect_names_the_final_address_and_offers_it(status: int, location: str) -> None:
    async with serve(shop(lambda _: RedirectResponse(location, status))) as address:
        with pytest.raises(AddressError) as caught:
            await NetworkCheck(f"{address}/api").check_redirect()
    assert caught.value.suggestion == location
    assert location in str(caught.value.message)


async def test_redirects_on_the_same_host_are_followed_to_the_end_without_credentials() -> None:
    def answer(request: Request) -> Response:
        target = {"/api": "/v1", "/v1": "/v2"}.get(request.url.path)
        return RedirectResponse(target) if target else JSONResponse({})

    simulator = shop(answer)
    async with serve(simulator) as address:
        with pytest.raises(AddressError) as caught:
            await NetworkCheck(f"{address}/api").check_redirect()
        assert caught.value.suggestion == f"{address}/v2"
    assert all("authorization" not in exchange.headers for exchange in simulator.journal)


async def test_a_redirect_in_a_circle_is_named() -> None:
    async with serve(shop(lambda _: RedirectResponse("/api"))) as address:
        with pytest.raises(AddressError) as caught:
            await NetworkCheck(f"{address}/api").check_redirect()
    assert "circle" in str(caught.value)


async def test_the_start_page_s_own_redirect_is_no_obstacle() -> None:
    def answer(request: Request) -> Response:
        return RedirectResponse("/en/") if request.url.path == "/" else HTMLResponse("<html>")

    async with serve(shop(answer)) as address:
        finding = await NetworkCheck(address).check_redirect()
    assert "/en/" in str(finding.message)


@pytest.mark.parametrize(
    "answer",
    [HTMLResponse("<html>Back soon</html>", 503), RedirectResponse("/maintenance.html"), RedirectResponse("/password")],
)
async def test_a_maintenance_page_is_recognised(answer: Response) -> None:
    async with serve(shop(lambda r: answer if r.url.path == "/" else HTMLResponse("<html>"))) as address:
        with pytest.raises(AddressError) as caught:
            await NetworkCheck(address).check_redirect()
    assert "maintenance" in str(caught.value)


@pytest.mark.parametrize(("shift", "word"), [(timedelta(minutes=-20), "slow"), (timedelta(hours=1), "fast")])
async def test_a_wrong_clock_of_this_computer_is_noticed(shift: timedelta, word: str) -> None:
    async with serve(shop(lambda _: JSONResponse({}))) as address:
        finding = await NetworkCheck(address, clock=lambda: now() + shift).check_security()
    assert finding.is_note
    assert word in str(finding.message)


async def test_an_unknown_issuer_is_named_as_with_an_antivirus_program(tmp_path: Path) -> None:
    async with tls_server(tmp_path, certificate()) as address:
        with pytest.raises(AddressError) as caught:
            await NetworkCheck(address).check_security()
    assert "Guard Antivirus Root" in str(caught.value.message)
    assert "antivirus" in str(caught.value.remedy)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (certificate(ends=-1), "expired"),
        (certificate(begins=3), "valid only from"),
        (certificate(names=("shop.example", "*.shop.example")), "belongs to shop.example"),
    ],
)
async def test_a_refused_certificate_tells_why(tmp_path: Path, made: tuple[bytes, bytes], words: str) -> None:
    async with tls_server(tmp_path, made) as address:
        with pytest.raises(AddressError) as caught:
            await NetworkCheck(address).check_security()
    assert words in str(caught.value.message)


async def test_plain_http_on_a_secure_port_is_named() -> None:
    async with serve(shop(lambda _: JSONResponse({}))) as address:
        with pytest.raises(AddressError) as caught:
            await NetworkCheck(address.replace("http://", "https://")).check_security()
    assert "does not offer a secure connection" in str(caught.value)


@pytest.mark.parametrize(("host", "is_covered"), [("a.shop.example", True), ("a.b.shop.example", False)])
def test_a_star_covers_one_label(host: str, *, is_covered: bool) -> None:
    made = x509.load_pem_x509_certificate(certificate(names=("*.shop.example",))[0])
    words = str(distrust(made, host, now(), "").message)
    assert ("belongs to" not in words) is is_covered
