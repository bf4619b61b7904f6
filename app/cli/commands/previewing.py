"""``koppler preview``: exact plans, nothing written."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app.cli.exits import Exit
from app.cli.session import Session, ask_for_secrets
from app.core.labels import KIND_NAMES, OUTCOME_NAMES
from app.core.local_words import local_moment
from app.core.texts import _
from app.services import Preview, PreviewItem, RequestView, Services


async def show_preview(session: Session) -> Exit:
    key = session.arguments.integration
    async with session.services() as services:
        session.output.redact = services.redact
        integration = (await services.integrations.get(key)).integration
        await ask_for_secrets(services, integration.source, integration.target)
        if session.arguments.since is not None:
            return await _show_coverage(session, services)
        preview = await services.previews.preview(key, session.arguments.limit, session.arguments.flow)
    for request in preview.setup:
        session.output.event("setup", _request(request))
        session.output.say(_("Set-up: {method} {address}").format(method=request.method, address=request.address))
    for item in preview.items:
        session.output.event("plan", _plan(item))
        session.output.say(_line(item))
    session.output.event("consent", asdict(preview.consent))
    session.output.say(_consent_line(preview))
    return Exit.DONE


async def _show_coverage(session: Session, services: Services) -> Exit:
    arguments, output = session.arguments, session.output
    covered = await services.coverage.of(arguments.integration, arguments.since, arguments.flow)
    for each in covered:
        numbers = {"kind": each.kind.value, "count": each.count, "is_more": each.is_more}
        output.event("covered", {**numbers, "since": arguments.since.isoformat()})
    words = ", ".join(str(each.words) for each in covered)
    output.say(
        _("An import from {since} on covers: {records}.").format(since=local_moment(arguments.since), records=words)
    )
    return Exit.DONE


def _plan(item: PreviewItem) -> dict[str, Any]:
    return {
        "kind": item.kind.value,
        "key": item.key,
        "number": item.number,
        "label": item.label,
        "amount": None if item.amount is None else str(item.amount),
        "outcome": item.outcome.value,
        "reason": item.reason,
        "message": item.reason_text,
        "remedy": item.next_step,
        "details": item.message,
        "fields": [
            {"label": line.label, "source": line.source, "target": line.target, "rule": line.rule}
            for line in item.fields
        ],
        "requests": [_request(each) for each in item.requests],
    }


def _request(request: RequestView) -> dict[str, Any]:
    return {
        "method": request.method,
        "address": request.address,
        "body": request.body,
        "purpose": request.purpose,
    }


def _line(item: PreviewItem) -> str:
    facts = [f"{KIND_NAMES[item.kind]} {item.number}", item.label, str(OUTCOME_NAMES[item.outcome])]
    facts += [str(item.reason_text), item.message]
    facts += [f"{each.method} {each.address}" for each in item.requests]
    return " · ".join(part for part in facts if part)


def _consent_line(preview: Preview) -> str:
    effect = preview.consent
    return _(
        "Newsletter: {new} newly subscribed, {subscribed} stay subscribed, {unsubscribed} stay unsubscribed, "
        "{bounced} stay bounced, {removed} become unsubscribed, {without} are sent without a subscription."
    ).format(
        new=effect.newly_subscribed,
        subscribed=effect.stays_subscribed,
        unsubscribed=effect.stays_unsubscribed,
        bounced=effect.stays_bounced,
        removed=effect.unsubscribed,
        without=effect.without_consent,
    )
