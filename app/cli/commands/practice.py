"""``koppler simulate`` and ``demo``: practising without credentials."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from app.cli.balance import show_balance, summary
from app.cli.exits import Exit
from app.cli.interrupts import on_interrupt
from app.cli.progress import RunProgress
from app.cli.session import Session
from app.core.errors import ConfigError
from app.core.reasons import ReasonTexts
from app.core.texts import _
from app.sdk.registry import Registry
from app.sdk.settings import parse
from app.services.demo import Demo
from app.services.names import UnknownNameError

if TYPE_CHECKING:
    from app.sdk.simulator import Simulator


async def simulate(session: Session) -> Exit:
    """Until Ctrl+C."""
    from app.sdk.simulator import serve  # late: other commands have no use for a web server

    system = session.arguments.system
    try:
        manifest = Registry.discover().of(system)
    except ConfigError as error:
        raise UnknownNameError(error.message, remedy=error.remedy, field="system") from error
    simulator = await asyncio.to_thread(manifest.simulator, session.arguments.records)
    async with serve(simulator, session.arguments.port) as address:
        settings = parse(manifest.settings, {**simulator.settings, **simulator.secrets})
        _introduce(session, simulator, address, has_http=bool(manifest.base_url(settings)))
        stopping = asyncio.Event()
        with on_interrupt(stopping.set):
            await stopping.wait()
    return Exit.DONE


def _introduce(session: Session, simulator: Simulator, address: str, *, has_http: bool) -> None:
    key = f"practice-{simulator.system}"
    variables = {field: _variable(simulator.system, field) for field in simulator.secrets}
    snippet = _snippet(key, simulator, address if has_http else "", variables)
    exports = [f"export {variables[field]}={json.dumps(value)}" for field, value in simulator.secrets.items()]
    session.output.secret_event(
        "simulator",
        {
            "system": simulator.system,
            "address": address,
            "settings": dict(simulator.settings),
            "secrets": dict(simulator.secrets),
            "environment": {variables[field]: value for field, value in simulator.secrets.items()},
            "toml": snippet,
        },
    )
    session.output.say(_("{system} simulator at {address}").format(system=simulator.system, address=address))
    session.output.say("")
    for line in exports:
        session.output.say_secret(line)
    session.output.say("")
    session.output.say(snippet)
    session.output.note(_("Ctrl+C ends it."))


def _snippet(key: str, simulator: Simulator, address: str, variables: dict[str, str]) -> str:
    lines = [
        f"[accounts.{key}]",
        f"system = {_toml(simulator.system)}",
        f"settings = {_toml(dict(simulator.settings))}",
    ]
    if variables:
        lines.append(f"secrets = {_toml({field: f'env:{name}' for field, name in variables.items()})}")
    if address:
        lines.append(f"api_address = {_toml(address)}")
    return "\n".join(lines)


def _variable(system: str, field: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", f"{system}_{field}".upper())


def _toml(value: Any) -> str:
    """Basic strings of TOML are those of JSON; tables are written on one line."""
    if isinstance(value, dict):
        pairs = ", ".join(f"{_toml(str(name))} = {_toml(each)}" for name, each in value.items() if each is not None)
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


async def demonstrate(session: Session, demo: Demo) -> Exit:
    """In a data folder of its own, which is gone afterwards."""
    output = session.output
    output.note(_("A practice shop and a practice newsletter system are started; nothing leaves this computer."))
    stops: list[Callable[[], None]] = []
    with (
        RunProgress(output.progress_console) as progress,
        on_interrupt(lambda: _call_all(stops)),
    ):
        result = await demo.run(
            session.arguments.records, progress.hear, on_start=lambda handle: stops.append(handle.stop)
        )
    reasons = ReasonTexts(reason for manifest in Registry.discover() for reason in manifest.reasons)
    show_balance(output, reasons, result.balance)
    output.event("arrived", {"target": dict(result.arrived)})
    output.event("summary", summary(result.balance, is_finished=result.is_finished))
    output.say(result.sentence)
    if not result.is_finished:
        return Exit.TRY_LATER
    return Exit.WITH_PROBLEMS if result.balance.needs_attention else Exit.DONE


def _call_all(calls: Sequence[Callable[[], None]]) -> None:
    for call in calls:
        call()
