"""Writing back: the newsletter approval of the chosen shop ends for people who unsubscribed or bounced elsewhere.

``PUT clients/clients`` names a client by login and takes up to many at once; each has a result of its own, and an
answer 207 says that they differ. People who only filled in the newsletter form have no login: they are named to the
owner, who ends their approval by hand. Nobody is ever subscribed, and other shops of the panel keep their approvals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from app.connectors.idosell.answers import body_of, fault_in, repaired
from app.connectors.idosell.client import Api
from app.connectors.idosell.consents import Consents, Subscriber, approves
from app.connectors.idosell.contacts import ContactReader
from app.connectors.idosell.settings import IdoSellSettings
from app.connectors.idosell.shop import Shop, read_shop
from app.connectors.idosell.values import Row, part, rows_of, words
from app.core.addresses import is_email, normalised_email
from app.core.consent import Standing
from app.core.outcomes import Outcome
from app.core.reasons import OPT_OUT_BY_HAND
from app.core.records import Bounce, Kind, OptOut, Record
from app.core.rules import Refusal, hold, skip
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.answers import Answer
from app.sdk.plan import Batched, Draft, FieldLine, Known, Plan, RecordPlan, Settled, Step
from app.sdk.reading import Once
from app.sdk.settings import NoSettings
from app.sdk.target import Judgement, Mappings, Target, Timing

CLIENTS = "clients/clients"
_STEP = "newsletter"
_MOST_CLIENTS = 50
_QUIETLY = {"clientSettingSendMail": False, "clientSettingSendSms": False}
"""A change of data must not write to the very person who asked for silence."""


class IdoSellTarget(Target):
    def __init__(self, access: Access[IdoSellSettings]) -> None:
        self._api = Api(access.http, access.settings.api_version)
        self._shop: Once[Shop] = Once(partial(read_shop, self._api, access.settings))
        self._consents = Consents(self._api, self._shop)
        self._contacts = ContactReader(self._api, self._shop, self._consents, with_subscribers=True)

    async def open(self, kinds: Sequence[Kind], timing: Timing) -> None:
        """Only the shop must be known beforehand; a consent that ends fires nothing."""
        await self._shop.get()

    def setup(self) -> Sequence[Step]:
        return ()

    def batch_size(self, kind: Kind) -> int:
        return _MOST_CLIENTS

    def draft(self, record: Record) -> Draft | Refusal:
        match record:
            case OptOut():
                return _draft(record, Kind.OPT_OUTS)
            case Bounce(is_hard=False):
                return skip("soft_bounce")
            case Bounce():
                return _draft(record, Kind.BOUNCES)
            case _:
                raise TypeError(f"{type(record).__name__} is not written to IdoSell")

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        """Somebody may have several records: one for each order without an account."""
        shop = await self._shop.get()
        emails = list(dict.fromkeys(str(draft.content["email"]) for draft in drafts))
        numbers = await self._contacts.numbers_of(emails, is_thorough=True)
        rows = await self._contacts.client_rows([each for found in numbers.values() for each in found])
        alone = await self._consents.subscribers()
        by_email: dict[str, list[Row]] = {}
        for row in rows:
            by_email.setdefault(normalised_email(words(row.get("clientEmail"))), []).append(row)
        path = self._api.path(CLIENTS)
        return {
            draft.key: _known(by_email.get(email, []), alone.get(email), shop, path)
            for draft in drafts
            if (email := str(draft.content["email"]))
        }

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        records = tuple(_planned(draft, known) for draft, known in drafts)
        items = tuple(
            (draft.key, _item(login, known.facts["shop"])) for draft, known in drafts for login in _logins(known)
        )
        if not items:
            return Plan(records)
        step = Step(
            name=_STEP,
            method="PUT",
            path=next(known.facts["path"] for _, known in drafts if _logins(known)),
            keys=tuple(dict.fromkeys(key for key, _ in items)),
            body=Batched({"params": {"clients": [], "clientsSettings": _QUIETLY}}, ("params", "clients"), items),
            is_repeatable=True,
            purpose=text("End the newsletter approval"),
        )
        return Plan(records, (step,))

    def judge(self, step: Step, answer: Answer) -> Judgement:
        return Judgement.REFUSED

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        """Each result by itself; then the shop is asked whether the approvals are gone: an answer alone is no proof."""
        settled = {each.key: Settled(outcome=each.outcome, reason=each.reason) for each in plan.records}
        if not plan.steps:
            return settled
        (step,) = plan.steps
        refused = _refusals(step, answers[_STEP])
        written = [each for each in plan.records if each.key in step.keys]
        await self._forget_if_changed([str(each.draft.content["email"]) for each in written])
        left = await self.look_up([each.draft for each in written])
        return settled | {each.key: _settled(each, refused.get(each.key, ""), left[each.key]) for each in written}

    async def _forget_if_changed(self, emails: Sequence[str]) -> None:
        """The list of people without an account is read again only where one of them could be written."""
        alone = await self._consents.subscribers()
        if any(each in alone and alone[each].login for each in emails):
            self._consents = Consents(self._api, self._shop)


def _draft(record: OptOut | Bounce, kind: Kind) -> Draft | Refusal:
    email = normalised_email(record.email)
    if not email:
        return hold("no_email")
    if not is_email(email):
        return hold("invalid_email")
    # With its moment: who agrees in the shop again and leaves once more has left anew.
    left_at = {"left_at": record.at.isoformat(timespec="seconds")} if kind is Kind.OPT_OUTS and record.at else {}
    lines = (
        FieldLine(text("E-mail"), email, email),
        FieldLine(text("Newsletter approval"), "", "n", text("Ends in this shop; other shops keep theirs")),
    )
    return Draft(
        key=record.id,
        kind=kind,
        record=record,
        content={"email": email, "newsletter": False, **left_at},
        fields=lines,
        natural_keys=(email,),
        removes=True,
    )


def _known(clients: Sequence[Row], subscriber: Subscriber | None, shop: Shop, path: str) -> Known:
    approving = [words(row.get("clientLogin")) for row in clients if approves(row, shop)]
    is_alone = subscriber is not None and subscriber.word.is_approval
    if subscriber is not None and is_alone and subscriber.login:
        approving.append(subscriber.login)
    logins = [login for login in dict.fromkeys(approving) if login]
    needs_hand = len(logins) < len(set(approving)) or (is_alone and subscriber is not None and not subscriber.login)
    exists = bool(clients) or subscriber is not None
    is_same = not logins and not needs_hand
    return Known(
        exists=exists,
        target_id=words(clients[0].get("clientId")) if clients else "",
        standing=(Standing.UNSUBSCRIBED if is_same else Standing.SUBSCRIBED) if exists else Standing.NONE,
        is_same=is_same,
        facts={"logins": logins, "by_hand": needs_hand, "shop": int(shop.id), "path": path},
    )


def _logins(known: Known) -> Sequence[str]:
    found: Sequence[str] = known.facts.get("logins", ())
    return found


def _planned(draft: Draft, known: Known) -> RecordPlan:
    if not known.exists:
        return RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="not_in_target")
    if known.is_same:
        return RecordPlan(draft=draft, outcome=Outcome.UNCHANGED, reason="already_so", target_id=known.target_id)
    if not _logins(known):
        return RecordPlan(draft=draft, outcome=Outcome.HELD, reason=OPT_OUT_BY_HAND, target_id=known.target_id)
    return RecordPlan(draft=draft, outcome=Outcome.UPDATED, target_id=known.target_id)


def _item(login: str, shop: int) -> dict[str, Any]:
    approval = {"inNewsletterEmailApproval": "n", "shopId": shop}
    return {"clientLogin": login, "newsletterEmailApprovalsData": [approval]}


def _refusals(step: Step, answer: Answer) -> Mapping[str, str]:
    """The shop's words for each record that was refused.

    Whether a result names its client is not documented; otherwise the order tells. Where neither does, nothing is
    guessed: what the shop says afterwards decides.
    """
    items = step.body.items if isinstance(step.body, Batched) else ()
    results = rows_of(body_of(answer).get("results"))
    by_login = {login: each for each in results if (login := _login_of(each))}
    found: dict[str, str] = {}
    for place, (key, item) in enumerate(items):
        in_order = results[place] if len(results) == len(items) else {}
        result = by_login.get(item["clientLogin"], in_order if not by_login else {})
        code, told = fault_in(result.get("errors"))
        if code:
            found[key] = repaired(told) or f"faultCode {code}"
    return found


def _login_of(result: Row) -> str:
    return words(result.get("clientLogin")) or words(part(result, "clientsResult").get("clientLogin"))


def _settled(record: RecordPlan, refusal: str, left: Known) -> Settled:
    if left.is_same:
        return Settled(outcome=Outcome.UPDATED, target_id=record.target_id)
    if not _logins(left) or (refusal and not record.target_id):
        return Settled(outcome=Outcome.HELD, reason=OPT_OUT_BY_HAND, target_id=record.target_id, message=refusal)
    message = refusal or "the approval is still there"
    return Settled(outcome=Outcome.FAILED, reason="refused", target_id=record.target_id, message=message)


def open_target(access: Access[IdoSellSettings], _: NoSettings, __: Mappings) -> IdoSellTarget:
    return IdoSellTarget(access)
