"""Previews: the first records exactly as a run would send them, through clients that refuse to write."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from app.core.configuration import Integration
from app.core.consent import ConsentAction
from app.core.events import Emit, Level, LogEvent, RunMode, RunState, discard, now
from app.core.ledger import RunRecord
from app.core.money import Money
from app.core.outcomes import Outcome
from app.core.reasons import ReasonTexts
from app.core.records import Kind, Raw
from app.core.texts import Text, _, text
from app.engine.job import Job, Route
from app.engine.planning import number_of
from app.engine.ports import KeyedHash
from app.engine.preview import Previewed, PreviewResult
from app.engine.preview import preview as run_preview
from app.sdk.answers import encoded
from app.sdk.plan import FieldLine, Json, RecordPlan, Step, joined_path, shown
from app.sdk.redaction import Redactor
from app.services.integrations import Integrations
from app.services.routes import Integrating
from app.storage.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    method: str
    address: str
    body: Json
    """What would be sent, as JSON values; None without a body."""
    purpose: Text

    @property
    def body_text(self) -> str:
        """For the eye: indented JSON; empty without a body."""
        if self.body is None:
            return ""
        return msgspec.json.format(encoded(self.body), indent=2).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewItem:
    kind: Kind
    key: str
    number: str
    """What the person calls it: the order number where there is one."""
    label: str
    """Masked address and total."""
    amount: Money | None
    outcome: Outcome
    reason: str
    reason_text: Text
    next_step: Text
    message: str
    """Facts: the field and the value found, or the place in a file."""
    fields: tuple[FieldLine, ...]
    requests: tuple[RequestView, ...]
    curl: str
    """The requests for a terminal, without credentials."""
    raw: Raw | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEffect:
    """How many people; ``without_consent`` are sent as customers only and subscribed to nothing."""

    newly_subscribed: int = 0
    stays_subscribed: int = 0
    stays_unsubscribed: int = 0
    stays_bounced: int = 0
    without_consent: int = 0
    unsubscribed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    items: tuple[PreviewItem, ...]
    setup: tuple[RequestView, ...]
    consent: ConsentEffect
    counts: Mapping[Outcome, int] = field(default_factory=dict)
    flow_counts: Mapping[Kind, Mapping[Outcome, int]] = field(default_factory=dict)


class Previews:
    def __init__(
        self,
        integrations: Integrations,
        integrating: Integrating,
        ledger: Ledger,
        keyed_hash: KeyedHash,
        reasons: ReasonTexts,
        redactor: Redactor,
        emit: Emit = discard,
    ) -> None:
        self._integrations = integrations
        self._integrating = integrating
        self._ledger = ledger
        self._hash = keyed_hash
        self._reasons = reasons
        self._redact = redactor
        self._emit = emit

    async def preview(
        self,
        key: str,
        limit: int = 20,
        kinds: Sequence[Kind] | None = None,
        keys: Mapping[Kind, Sequence[str]] | None = None,
    ) -> Preview:
        """The first ``limit`` records of each flow, or the named ones. Nothing is written, here or there.

        Raises ConfigError, TemporaryError, ProtocolError.
        """
        integration = await self._integrations.stored(key)
        chosen = tuple(kind for kind in integration.flows if kinds is None or kind in kinds)
        moment = now()
        run = RunRecord(
            id="preview",
            integration=key,
            mode=RunMode.PREVIEW,
            state=RunState.RUNNING,
            started_at=moment,
            until=moment,
            kinds=chosen,
            limit=limit,
        )
        async with self._integrating.opened(integration, read_only=True) as opened:
            wanted = {kind: tuple(ids) for kind, ids in (keys or {}).items()}
            job = Job(run=run, routes=opened.routes(chosen), rules=opened.rules, keys=wanted)
            self._tell_start(integration)
            result = await run_preview(job, ledger=self._ledger, keyed_hash=self._hash, limit=limit)
        shown = self._shown(result, {route.kind: route for route in job.routes})
        self._tell_end(integration, shown)
        return shown

    def _tell_start(self, integration: Integration) -> None:
        words = text("Preview: reading {integration}. Nothing is written.", integration=integration.title)
        self._emit(LogEvent(level=Level.INFO, message=words, integration=integration.key))

    def _tell_end(self, integration: Integration, shown: Preview) -> None:
        counts = shown.counts
        words = text(
            "Preview: {sent} would be sent, {unchanged} are there already, {skipped} are left out, {problems} need "
            "attention. Nothing was written.",
            sent=counts.get(Outcome.CREATED, 0) + counts.get(Outcome.UPDATED, 0),
            unchanged=counts.get(Outcome.UNCHANGED, 0),
            skipped=counts.get(Outcome.SKIPPED, 0),
            problems=sum(count for outcome, count in counts.items() if outcome.needs_attention),
        )
        facts = {outcome.value: str(counts[outcome]) for outcome in Outcome if counts.get(outcome)}
        self._emit(LogEvent(level=Level.OK, message=words, integration=integration.key, facts=facts))

    def _shown(self, result: PreviewResult, routes: Mapping[Kind, Route]) -> Preview:
        setup = tuple(self._request(step, route) for route, step in result.setup)
        items = tuple(self._item(each, routes[each.kind]) for each in result.records)
        flows: dict[Kind, Counter[Outcome]] = {}
        for item in items:
            flows.setdefault(item.kind, Counter())[item.outcome] += 1
        return Preview(
            items=items,
            setup=setup,
            consent=_consent(each.plan for each in result.records),
            counts=sum(flows.values(), Counter()),
            flow_counts=flows,
        )

    def _item(self, previewed: Previewed, route: Route) -> PreviewItem:
        sighting, reason = previewed.sighting, self._reasons.of(previewed.reason)
        facts = sighting.message or (previewed.plan.message if previewed.plan else "")
        explanation = self._reasons.explained(previewed.reason, facts)
        requests = tuple(self._request(step, route) for step in previewed.steps)
        draft = sighting.draft
        return PreviewItem(
            kind=previewed.kind,
            key=sighting.key,
            number=number_of(sighting.record),
            label=sighting.label,
            amount=draft.amount if draft else None,
            outcome=previewed.outcome,
            reason=previewed.reason,
            reason_text=explanation.words,
            next_step=reason.next_step if previewed.reason else Text(""),
            message=" · ".join(part for part in (sighting.where, explanation.message) if part),
            fields=draft.fields if draft else (),
            requests=requests,
            curl="\n\n".join(_curl(each, self._sign_in(route)) for each in requests),
            raw=getattr(sighting.record, "raw", None),
        )

    def _sign_in(self, route: Route) -> Mapping[str, str]:
        """The headers of the account with a word in the place of every key."""
        return {name: self._without_key(name, value) for name, value in route.http.options.headers.items()}

    def _without_key(self, name: str, value: str) -> str:
        if name.casefold() in _OPEN_HEADERS and self._redact(value) == value:
            return value
        scheme, is_in_two, _key = value.partition(" ")
        return f"{scheme} {_('YOUR-KEY')}" if is_in_two and self._redact(scheme) == scheme else _("YOUR-KEY")

    def _request(self, step: Step, route: Route) -> RequestView:
        path = joined_path(step.path).lstrip("/")
        query = "&".join(f"{name}={value}" for name, value in step.query.items())
        address = f"{route.http.base_url}/{path}" + (f"?{query}" if query else "")
        body = None if step.body is None else shown(step.body)
        return RequestView(method=step.method, address=self._redact(address), body=body, purpose=step.purpose)


def _consent(plans: Iterable[RecordPlan | None]) -> ConsentEffect:
    """Contacts only: an order of the same person would count them twice."""
    actions: Counter[str] = Counter()
    for plan in plans:
        if plan is None or plan.consent is None or plan.draft.kind is not Kind.CONTACTS:
            continue
        match plan.consent.action:
            case ConsentAction.SUBSCRIBE:
                actions["newly_subscribed"] += 1
            case ConsentAction.UNSUBSCRIBE:
                actions["unsubscribed"] += 1
            case _:
                actions[_STAYS.get(plan.consent.reason, "without_consent")] += 1
    return ConsentEffect(**actions)


_STAYS = {
    "stays_subscribed": "stays_subscribed",
    "stays_pending": "stays_subscribed",
    "stays_unsubscribed": "stays_unsubscribed",
    "consent_withdrawn": "stays_unsubscribed",
    "stays_deleted": "stays_unsubscribed",
    "stays_bounced": "stays_bounced",
}


_OPEN_HEADERS = {"accept", "accept-language", "content-type", "user-agent"}


def _curl(request: RequestView, headers: Mapping[str, str]) -> str:
    lines = [f"curl -X {request.method} {shlex.quote(request.address)}"]
    lines += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items()]
    if request.body is not None:
        is_told = any(name.casefold() == "content-type" for name in headers)
        lines += [] if is_told else ["-H 'Content-Type: application/json'"]
        lines.append(f"--data {shlex.quote(request.body_text)}")
    return " \\\n  ".join(lines)
