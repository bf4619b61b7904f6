"""Contacts of a historical run: the bulk importer, which starts no automation when it is told so.

https://developers.activecampaign.com/reference/bulk-import-contacts: at most 250 contacts and less than 400,000 bytes
in one request, 100 requests a minute (20 when they hold one contact only). It works asynchronously, and it never
re-subscribes people who have left a list.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.connectors.activecampaign.contacts import ContactTerms, address_of
from app.connectors.activecampaign.fields import IMPORT_NAMES, FieldValue
from app.connectors.activecampaign.wire import Row, Wire, as_object, words
from app.core.addresses import normalised_email
from app.core.consent import ConsentAction, ConsentDecision
from app.core.outcomes import Outcome
from app.core.records import Record
from app.core.rules import Refusal
from app.core.texts import ntext
from app.sdk.answers import Answer, encoded
from app.sdk.plan import Batched, Draft, Json, Known, Plan, Settled, Step

BATCH_SIZE = 250
_LARGEST_BODY = 390_000
_ENVELOPE = 1_000
"""Bytes kept for what surrounds the contacts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a queued import is waited for, in seconds; the pauses between two questions grow up to ``longest_s``."""

    first_s: float = 1.0
    longest_s: float = 15.0
    total_s: float = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactImport:
    wire: Wire
    terms: ContactTerms
    patience: Patience

    @property
    def batch_size(self) -> int:
        return BATCH_SIZE

    def draft(self, record: Record) -> Draft | Refusal:
        return self.terms.draft(record)

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        return await self.terms.look_up(drafts)

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        records = tuple(self.terms.record_plan(draft, known) for draft, known in drafts)
        items = [
            (record.key, self._item(draft, known, record.consent))
            for (draft, known), record in zip(drafts, records, strict=True)
            if record.outcome is not Outcome.SKIPPED
        ]
        chunks = _chunks(items)
        return Plan(records, tuple(_step(place, chunk) for place, chunk in enumerate(chunks, 1)))

    def culprits(self, step: Step, answer: Answer) -> Mapping[str, str]:
        """None: a refusal counts contacts without saying from where, and a guess would blame a neighbour."""
        return {}

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        batches = {name: words(as_object(answer).get("batchId")) for name, answer in answers.items()}
        reports = {name: await self._report(batch_id) for name, batch_id in batches.items()}
        outcomes = {
            record.key: Settled(outcome=record.outcome, reason=record.reason)
            for record in plan.records
            if record.outcome is Outcome.SKIPPED
        }
        for step in plan.steps:
            report = reports[step.name]
            blocked = {normalised_email(words(each)) for each in (report or {}).get("failure") or ()}
            for record in plan.records:
                if record.key in step.keys:
                    outcomes[record.key] = _settled(record.draft, record.outcome, record.target_id, report, blocked)
        return outcomes

    async def _report(self, batch_id: str) -> Row | None:
        """The finished import, or None when it takes longer than anybody would wait."""
        pause_s, waited_s = self.patience.first_s, 0.0
        while True:
            report = await self.wire.get("import/info", {"batchId": batch_id})
            if words(report.get("status")).casefold() == "completed":
                return report
            if waited_s >= self.patience.total_s:
                return None
            await asyncio.sleep(pause_s)
            waited_s += pause_s
            pause_s = min(pause_s * 1.5, self.patience.longest_s)

    def _item(self, draft: Draft, known: Known, decision: ConsentDecision | None) -> Json:
        values = self.terms.values(draft, known)
        item: dict[str, Json] = {"email": address_of(draft), "exclude_automations": True}
        item |= {IMPORT_NAMES[each.name]: each.value for each in values if not each.field_id}
        if custom := [_import_field(each) for each in values if each.field_id]:
            item["fields"] = custom
        if tags := draft.content["tags"]:
            item["tags"] = tags
        match decision.action if decision else ConsentAction.LEAVE:
            case ConsentAction.SUBSCRIBE:
                item["subscribe"] = [{"listid": self.terms.list_id}]
            case ConsentAction.UNSUBSCRIBE:
                item["unsubscribe"] = [{"listid": self.terms.list_id}]
            case ConsentAction.LEAVE:
                pass
        return item


def _settled(draft: Draft, outcome: Outcome, target_id: str, report: Row | None, blocked: set[str]) -> Settled:
    if report is None:
        return Settled(outcome=Outcome.IN_DOUBT, reason="import_unfinished", target_id=target_id)
    if address_of(draft) in blocked:
        return Settled(outcome=Outcome.FAILED, reason="blocked_in_target", target_id=target_id)
    return Settled(outcome=outcome, target_id=target_id)


def _import_field(value: FieldValue) -> Json:
    return {"id": int(value.field_id), "value": value.value}


def _chunks(items: Sequence[tuple[str, Json]]) -> Sequence[tuple[tuple[str, Json], ...]]:
    """As few requests as the limit on bytes allows."""
    chunks: list[list[tuple[str, Json]]] = []
    size = _LARGEST_BODY
    for item in items:
        weight = len(encoded(item[1])) + 1
        if size + weight > _LARGEST_BODY - _ENVELOPE:
            chunks.append([])
            size = 0
        chunks[-1].append(item)
        size += weight
    return [tuple(chunk) for chunk in chunks]


def _step(place: int, items: tuple[tuple[str, Json], ...]) -> Step:
    return Step(
        name=f"import-{place}",
        method="POST",
        path="api/3/import/bulk_import",
        keys=tuple(key for key, _ in items),
        body=Batched({}, ("contacts",), items),
        # It matches by address and starts no automation: sending it twice changes nothing.
        is_repeatable=True,
        purpose=ntext("Import {count} contact", "Import {count} contacts", len(items)),
    )
