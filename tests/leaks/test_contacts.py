"""Only the configured hosts are contacted, heard at the sockets of a program of its own; secrets stay off its screen,
its command line and its files."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.sdk.registry import Registry
from app.sdk.simulator import Simulator
from tests.cli.conftest import Koppler, Stage, declared
from tests.leaks.canaries import traces, traces_in_files

CANARY = "canary+token/with=odd&marks%20"


class Program:
    """``koppler`` in a process of its own, its contacts recorded; everything it says is kept."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.environment = environment
        self.said = ""
        self.command_lines = ""
        self._record = folder / "contacts.txt"

    def __call__(self, *arguments: object, code: int | None = 0) -> str:
        started = [sys.executable, "-m", "tests.leaks.recorder"]
        command = [*started, str(self._record), *map(str, arguments)]
        running = subprocess.Popen(
            command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        process = Path(f"/proc/{running.pid}")
        if process.exists():
            self.command_lines += (process / "cmdline").read_text(encoding="utf-8", errors="replace")
        out, _ = running.communicate(timeout=100)
        self.said += (said := out.decode("utf-8", "replace"))
        assert code is None or running.returncode == code, said
        return said

    def contacts(self) -> set[str]:
        found = set(self._record.read_text(encoding="utf-8").split("\n")) - {""}
        self._record.unlink()
        return found


@pytest.fixture
def program(tmp_path: Path, data_dir: Path, program_environment: Callable[..., dict[str, str]]) -> Program:
    return Program(tmp_path, program_environment(KOPPLER_HOME=str(tmp_path / "data"), PYTHONASYNCIODEBUG="1"))


def place(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.hostname}:{parts.port}"


def test_check_preview_run_and_window_contact_nobody_but_the_two_accounts(
    program: Program, koppler: Koppler, stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry.discover()
    shop, mail = (
        stage.serve(registry.of("bigcommerce").simulator(12)),
        stage.serve(registry.of("activecampaign").simulator(3)),
    )
    (tmp_path / "shop.toml").write_text(
        declared("shop", shop, monkeypatch)
        + declared("mail", mail, monkeypatch)
        + '[integrations.way]\nsource = "shop"\ntarget = "mail"\nflows = ["contacts", "orders"]\n',
        encoding="utf-8",
    )
    program.environment |= {f"SHOP_{name}".upper(): value for name, value in shop.simulator.secrets.items()}
    program.environment |= {f"MAIL_{name}".upper(): value for name, value in mail.simulator.secrets.items()}
    assert koppler("apply", tmp_path / "shop.toml").code == 0
    program("why", "way", "1001")
    assert program.contacts() == set()
    program("check", "shop")
    assert program.contacts() == {place(shop.address)}
    program("check", "mail")
    assert program.contacts() == {place(mail.address)}
    program("preview", "way")
    assert program.contacts() == {place(shop.address), place(mail.address)}
    program("run", "way", "--historical", code=None)
    assert program.contacts() == {place(shop.address), place(mail.address)}
    program("window", program.data)
    assert program.contacts() == set(), "a window that is only looked at contacts nobody"
    secrets = [*shop.simulator.secrets.values(), *mail.simulator.secrets.values()]
    assert traces(program.said + program.command_lines, secrets) == []
    assert traces_in_files(program.data, secrets) == []


def test_a_redirect_and_links_to_other_hosts_are_not_followed(
    program: Program, koppler: Koppler, stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []

    async def lead_away(request: Request) -> Response:
        heard.append(request.headers.get("x-auth-token", ""))
        return Response(status_code=302, headers={"Location": f"https://elsewhere.invalid/?token={CANARY}"})

    app = Starlette(routes=[Route("/{path:path}", lead_away, methods=["GET", "POST"])])
    shop = stage.serve(Simulator("leading", app, settings={}, secrets={}, summary=dict))
    (tmp_path / "shop.toml").write_text(
        '[accounts.shop]\nsystem = "bigcommerce"\nsettings = { store_hash = "abc123" }\n'
        f'secrets = {{ access_token = "env:SHOP_TOKEN" }}\napi_address = "{shop.address}"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("SHOP_TOKEN", CANARY)
    program.environment["SHOP_TOKEN"] = CANARY
    assert koppler("apply", tmp_path / "shop.toml").code == 0
    said = program("check", "shop", code=3)
    assert "elsewhere.invalid" in said
    assert program.contacts() == {place(shop.address)}
    assert traces(program.said + program.command_lines, [CANARY]) == []
    assert traces_in_files(program.data, [CANARY]) == []


def test_a_name_that_is_not_found_is_the_only_one_looked_up(
    program: Program, koppler: Koppler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shop.toml").write_text(
        '[accounts.shop]\nsystem = "bigcommerce"\nsettings = { store_hash = "abc123" }\n'
        'secrets = { access_token = "env:SHOP_TOKEN" }\napi_address = "https://shop.invalid"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("SHOP_TOKEN", CANARY)
    program.environment["SHOP_TOKEN"] = CANARY
    assert koppler("apply", tmp_path / "shop.toml").code == 0
    program("check", "shop", code=None)
    assert program.contacts() == {"name shop.invalid"}
    assert traces(program.said, [CANARY]) == []


@pytest.mark.parametrize(
    "words",
    [
        'secrets = { access_token = "canary+token/with=odd&marks%20" }',
        'secrets = { access_token = "env:canary+token/with=odd&marks%20" }',
        'settings = { store_hash = "abc123", access_token = "canary+token/with=odd&marks%20" }',
        'settings = { store_hash = "canary+token/with=odd&marks%20" }',
        'api_address = "https://canary+token/with=odd&marks%20@shop.invalid"',
        'api_address = "https://shop.invalid/?key=canary+token/with=odd&marks%20"',
        'api_address = "canary+token/with=odd&marks%20"',
        'settings = { store_hash = ["canary+token/with=odd&marks%20"] }',
        'secrets = "canary+token/with=odd&marks%20"',
        'secrets = { access_token = "canary+token/with=odd&marks%20" ',
        "title = canary+token/with=odd&marks%20",
    ],
)
def test_a_secret_in_the_wrong_place_of_a_declaration_is_neither_kept_nor_repeated(
    words: str, tmp_path: Path, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from app.__main__ import main

    path = tmp_path / "shop.toml"
    path.write_text(f'[accounts.shop]\nsystem = "bigcommerce"\n{words}\n', encoding="utf-8")
    assert main(["apply", str(path)]) == 3
    told = capsys.readouterr()
    assert traces(told.out + told.err, [CANARY]) == []
    assert traces_in_files(data_dir, [CANARY]) == []
