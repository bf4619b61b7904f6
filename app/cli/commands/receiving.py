"""``koppler receive``, ``receiver``, ``pushes``, ``handouts`` and ``feed``: what other systems deliver and fetch."""

from __future__ import annotations

import asyncio

from app.cli.exits import Exit
from app.cli.interrupts import on_interrupt
from app.cli.naming import naming_the_option
from app.cli.output import cell, new_table
from app.cli.session import Session, ask_for_secrets
from app.core.errors import ConfigError
from app.core.events import LogEvent
from app.core.local_words import local_moment
from app.core.texts import _, text
from app.sdk.settings import parse, plain_values
from app.services import Services
from app.services.receiving.settings import ReceiverSettings


async def receive(session: Session) -> Exit:
    """Until Ctrl+C. Syncs what the pushes concern, unless the setting says otherwise. Raises SecretStoreError where no
    push could be kept."""
    async with session.services() as services:
        paths = await services.receiver.book.paths()
        await ask_for_secrets(services, *(each.key for each in await services.accounts.all() if each.key in paths))
        await services.receiver.refuse_closed_vault()
        services.events.subscribe(lambda event: _tell(session, event) if isinstance(event, LogEvent) else None)
        address = await services.receiver.start()
        session.output.event("receiver", {"address": address})
        session.output.say(_("The receiver listens at {address}. Ctrl+C ends it.").format(address=address))
        stopping = asyncio.Event()
        with on_interrupt(stopping.set):
            await stopping.wait()
    return Exit.DONE


def _tell(session: Session, event: LogEvent) -> None:
    told = {"level": event.level.name.lower(), "message": event.message, "account": event.account}
    session.output.event("log", {**told, "integration": event.integration})
    session.output.say(f"{event.at.astimezone():%H:%M:%S} {event.message}")


async def show_receiver(session: Session) -> Exit:
    async with session.services() as services:
        settings = await services.receiver.book.settings()
        session.output.event("receiver", plain_values(settings))
        table = new_table(_("Setting"), _("Value"))
        table.add_row("port", str(settings.port))
        table.add_row("public-address", cell(settings.public_address or "–"))
        table.add_row("in-window", _("yes") if settings.is_on else _("no"))
        table.add_row("sync-at-once", _("yes") if settings.syncs_at_once else _("no"))
        session.output.table(table)
    return Exit.DONE


async def set_receiver(session: Session) -> Exit:
    """Only what is given changes. Raises ConfigError."""
    arguments = session.arguments
    given = {
        "port": arguments.port,
        "public_address": arguments.public_address,
        "is_on": _yes(arguments.in_window),
        "syncs_at_once": _yes(arguments.sync_at_once),
    }
    async with session.services() as services:
        kept = plain_values(await services.receiver.book.settings())
        changed = {name: value for name, value in given.items() if value is not None}
        with naming_the_option():
            settings = parse(ReceiverSettings, {**kept, **changed})
        await services.receiver.book.save(settings)
    return await show_receiver(session)


def _yes(raw: str | None) -> bool | None:
    return None if raw is None else raw == "yes"


async def prove_receiver(session: Session) -> Exit:
    """Raises ConfigError without a public address, UnreachableError where it does not lead here."""
    async with session.services() as services:
        await services.receiver.start()
        await services.receiver.prove()
    session.output.event("receiver_test", {"passed": True})
    session.output.say(_("The public address leads to this program."))
    return Exit.DONE


async def list_pushes(session: Session) -> Exit:
    async with session.services() as services:
        await ask_for_secrets(services, session.arguments.account)
        kept = await services.receiver.kept((await services.accounts.get(session.arguments.account)).key)
    table = new_table(_("Push"), _("Arrived"))
    for each in kept:
        session.output.event("push", {"id": each.id, "at": each.at})
        table.add_row(each.id, local_moment(each.at))
    if kept:
        session.output.table(table)
    else:
        session.output.say(_("No push is kept for this account."))
    return Exit.DONE


async def replay_push(session: Session) -> Exit:
    """The sync that it asks for runs before the command ends."""
    async with session.services() as services:
        await ask_for_secrets(services, session.arguments.account)
        await services.receiver.replay(session.arguments.account, session.arguments.push)
        await services.receiver.following.done()
    session.output.event("replayed", {"id": session.arguments.push})
    session.output.say(_("The push was taken once more."))
    return Exit.DONE


async def show_handouts(session: Session) -> Exit:
    """With a name, nothing but the text itself: ready for a pipe."""
    wanted = session.arguments.name
    async with session.services() as services:
        await ask_for_secrets(services, session.arguments.account)
        found = await services.handouts.of(session.arguments.account)
    if wanted is not None:
        chosen = next((each for each in found if each.name == wanted), None)
        if chosen is None:
            raise ConfigError(
                text('There is nothing to hand out called "{name}".', name=wanted),
                remedy=text("Possible: {names}.", names=", ".join(each.name for each in found) or "–"),
                field="name",
            )
        if not chosen.content:
            raise ConfigError(chosen.help, field="name")
        found = (chosen,)
    for each in found:
        values = {"name": each.name, "title": each.title, "content": each.content, "help": each.help}
        session.output.secret_event("handout", values)
        if wanted is None:
            session.output.say(f"{each.name}: {each.title}\n  {each.help}")
        session.output.say_secret(each.content if wanted else f"  {each.content or '–'}\n")
    if not found:
        session.output.say(_("This system needs nothing from here."))
    return Exit.DONE


async def make_feed(session: Session) -> Exit:
    async with session.services() as services:
        integration = await services.integrations.get(session.arguments.integration)
        await ask_for_secrets(services, integration.integration.source, integration.integration.target)
        feed = await services.feeds.make(integration.key)
        if session.arguments.file is not None:
            await services.feeds.save(integration.key, session.arguments.file)
    session.output.event("feed", {"products": feed.products, "bytes": len(feed.content), "address": feed.address})
    session.output.say(_("{count} products stand in the feed.").format(count=feed.products))
    session.output.say(
        _("It is fetched at {address} while the receiver is on.").format(address=feed.address)
        if feed.address
        else _("Set up the receiver's public address to have it fetched from here, or upload the file yourself.")
    )
    return Exit.DONE


async def estimate(session: Session) -> Exit:
    async with session.services() as services:
        integration = await services.integrations.get(session.arguments.integration)
        await ask_for_secrets(services, integration.integration.source, integration.integration.target)
        return await _estimated(services, session)


async def _estimated(services: Services, session: Session) -> Exit:
    arguments = session.arguments
    found = await services.estimates.of(arguments.integration, since=arguments.since, kinds=arguments.flow)
    minutes = None if found.duration is None else max(1, round(found.duration.total_seconds() / 60))
    session.output.event("estimate", {"requests": found.requests, "minutes": minutes, "is_slowed": found.is_slowed})
    for each in found.covered:
        session.output.say(each.words)
    if found.requests is None or minutes is None:
        session.output.say(_("How long it takes cannot be told: the shop does not say how much there is."))
    else:
        session.output.say(
            _("About {requests} requests to the shop; at the chosen speed at least {hours} h {minutes} min.").format(
                requests=found.requests, hours=minutes // 60, minutes=minutes % 60
            )
        )
    return Exit.DONE
