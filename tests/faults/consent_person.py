"""What may happen to one person, and what a run may have changed of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from msgspec import structs

from app.connectors.activecampaign.world import World
from app.core.consent import Consent, ConsentState
from app.core.events import RunMode
from app.core.ledger import Entry
from app.core.outcomes import Outcome
from app.core.records import Contact
from app.core.rules import ContactChoice
from tests.faults.consent_program import LISTS, Choices

SUBSCRIBED, UNSUBSCRIBED, BOUNCED, PENDING = "1", "2", "3", "0"


class Doing(StrEnum):
    """What may happen. Consent belongs to the shop, standings to the target, the rest to the person at the PC."""

    AGREE = "the shop's box is ticked"
    EMPTY_BOX = "the shop's box is left empty"
    NEVER_ASKED = "the shop does not know"
    WITHDRAW = "consent is withdrawn in the shop"
    CHANGE_ADDRESS = "the address changes in the shop"
    CHANGE_NAME = "the name changes in the shop"
    JOIN = "joins the list in the target"
    LEAVE = "leaves the list in the target"
    LIST_BOUNCE = "bounces on the list"
    HARD_BOUNCE = "bounces hard"
    ASK_TO_CONFIRM = "is asked to confirm in the target"
    MARK_DELETED = "is marked as deleted in the target"
    REMOVE = "is removed from the target"
    JOIN_THIRD = "joins a third list in the target"
    JOIN_OTHER = "joins another list in the target"
    LEAVE_OTHER = "leaves another list in the target"
    BOUNCE_OTHER = "bounces on another list"
    CHOOSE_LIST = "the person chooses the list"
    CHOOSE_OTHER_LIST = "the person chooses another list"
    CHOOSE_NO_LIST = "the person subscribes nobody"
    SEND_EVERYONE = "everyone is sent"
    SEND_AGREED = "only people with consent are sent"
    IMPORT = "historical import"
    SYNC = "sync of changes"
    RETRY = "retry"
    TRIAL = "trial"


RUNS = {
    Doing.IMPORT: RunMode.HISTORICAL,
    Doing.SYNC: RunMode.CHANGES,
    Doing.RETRY: RunMode.RETRY,
    Doing.TRIAL: RunMode.TRIAL,
}
_CONSENTS = {
    Doing.AGREE: ConsentState.YES,
    Doing.EMPTY_BOX: ConsentState.NO,
    Doing.NEVER_ASKED: ConsentState.ABSENT,
    Doing.WITHDRAW: ConsentState.WITHDRAWN,
}
_STANDINGS = {
    Doing.JOIN: ("1", SUBSCRIBED),
    Doing.LEAVE: ("1", UNSUBSCRIBED),
    Doing.LIST_BOUNCE: ("1", BOUNCED),
    Doing.ASK_TO_CONFIRM: ("1", PENDING),
    Doing.JOIN_THIRD: ("3", SUBSCRIBED),
    Doing.JOIN_OTHER: ("2", SUBSCRIBED),
    Doing.LEAVE_OTHER: ("2", UNSUBSCRIBED),
    Doing.BOUNCE_OTHER: ("2", BOUNCED),
}
_CHOICES: dict[Doing, Callable[[Choices], Choices]] = {
    Doing.CHOOSE_LIST: lambda choices: replace(choices, list_id="1"),
    Doing.CHOOSE_OTHER_LIST: lambda choices: replace(choices, list_id="2"),
    Doing.CHOOSE_NO_LIST: lambda choices: replace(choices, list_id=""),
    Doing.SEND_EVERYONE: lambda choices: replace(choices, contacts=ContactChoice.EVERYONE),
    Doing.SEND_AGREED: lambda choices: replace(choices, contacts=ContactChoice.ONLY_WITH_CONSENT),
}


class ConsentAccidentError(AssertionError):
    """Somebody's standing changed who must have been left alone."""


@dataclass(frozen=True, slots=True)
class Notice:
    """How a person stands before a run."""

    standings: Mapping[tuple[str, str], str]
    objects: bool
    is_known: bool


@dataclass(slots=True)
class Person:
    """One person of a shop and of a target, told by an oracle that knows nothing of the program's own rules."""

    world: World
    ledger: Mapping[str, Entry]
    number: int = 1
    contact: Contact = field(init=False)
    choices: Choices = field(default_factory=Choices)
    addresses: list[str] = field(init=False)
    story: list[str] = field(default_factory=list)
    last_met: tuple[Consent, str, str] | None = None
    """Consent, address and list of the last run."""
    sent_to: str = ""
    """The address under which the target holds this person by the program's doing."""
    removed_after_sending: bool = False
    """The target removed somebody whom the program had sent: only its ledger can know."""

    def __post_init__(self) -> None:
        self.addresses = [f"kunde{self.number:04d}@example.com"]
        self.contact = Contact(id=f"c:{self.number}", email=self.addresses[0], first_name="Erika")

    def do(self, doing: Doing) -> None:
        """Anything but a run."""
        self.story.append(doing)
        if doing in _CONSENTS:
            self.contact = structs.replace(self.contact, consent=Consent(_CONSENTS[doing]))
        elif doing in _CHOICES:
            self.choices = _CHOICES[doing](self.choices)
        elif doing in _STANDINGS:
            self._stand(*_STANDINGS[doing])
        elif doing is Doing.CHANGE_ADDRESS:
            self.addresses.append(f"kunde{self.number:04d}-{len(self.addresses)}@example.com")
            self.contact = structs.replace(self.contact, email=self.addresses[-1], consent=Consent())
            self.removed_after_sending = False
        elif doing is Doing.CHANGE_NAME:
            self.contact = structs.replace(self.contact, first_name=f"{self.contact.first_name}a"[-40:])
        else:
            self._leave_for_good(doing)

    def _stand(self, list_id: str, status: str) -> None:
        """By the person's own doing, or the target's: the program has no part in it."""
        row, _ = self.world.put_contact(self.contact.email, {})
        self.world.set_membership(row["id"], list_id, status)
        self.world.resubscribed.clear()
        sent = self.ledger.get(self.contact.id)
        has_unknown_id = sent is not None and not sent.target_id
        self.removed_after_sending &= status != SUBSCRIBED and not has_unknown_id

    def _leave_for_good(self, doing: Doing) -> None:
        row = self.world.contact_by_email(self.contact.email)
        if doing is Doing.REMOVE:
            if row is not None:
                self.world.remove_contact(row["id"])
                for list_id in LISTS:
                    self.world["memberships"].pop(f"{row['id']}:{list_id}", None)
                self.removed_after_sending |= self.sent_to == self.contact.email
            return
        if row is None:
            row = self.world.put_contact(self.contact.email, {})[0]
            self.removed_after_sending = False
        row |= {"bounced_hard": "1"} if doing is Doing.HARD_BOUNCE else {"deleted": "1"}

    def notice(self) -> Notice:
        is_known = self.world.contact_by_email(self.contact.email) is not None
        return Notice(self.standings(), self._objects(), is_known)

    def judge(self, before: Notice, *, requests: int) -> None:
        """After a run that met this person, with so many writing requests about them. Raises ConsentAccidentError."""
        after = self.standings()
        for place in before.standings.keys() | after.keys():
            if before.standings.get(place) != after.get(place):
                self._judge(place, before.standings.get(place), after.get(place), objects=before.objects)
        if set(self.world.resubscribed) & set(self.addresses):
            raise ConsentAccidentError("somebody who had left was subscribed again")
        self._judge_requests(before, requests)
        self._judge_withdrawal(after)
        self.last_met = self._met()
        entry = self.ledger.get(self.contact.id)
        if entry is not None and entry.outcome in {Outcome.CREATED, Outcome.UPDATED}:
            self.sent_to = self.contact.email

    def standings(self) -> dict[tuple[str, str], str]:
        """Statuses by address and list."""
        rows = [(each, self.world.contact_by_email(each)) for each in self.addresses]
        held = [
            (each, list_id, self.world.membership(row["id"], list_id)) for each, row in rows if row for list_id in LISTS
        ]
        return {(each, list_id): found["status"] for each, list_id, found in held if found}

    def _judge(self, place: tuple[str, str], before: str | None, after: str | None, *, objects: bool) -> None:
        email, list_id = place
        is_ours = email == self.contact.email and list_id == self.choices.list_id
        state = self.contact.consent.state
        may_join = is_ours and before is None and after == SUBSCRIBED and state is ConsentState.YES and not objects
        may_leave = (
            is_ours and before in {SUBSCRIBED, PENDING} and after == UNSUBSCRIBED and state is ConsentState.WITHDRAWN
        )
        if not may_join and not may_leave:
            words = f"{before} -> {after} on list {list_id}, consent {state}, objection {objects}"
            raise ConsentAccidentError(words)

    def _judge_requests(self, before: Notice, requests: int) -> None:
        """With "only with consent", nothing is written about others but that they withdrew."""
        state = self.contact.consent.state
        if self.choices.contacts is ContactChoice.EVERYONE or state is ConsentState.YES or not requests:
            return
        held = before.standings.get((self.contact.email, self.choices.list_id))
        if state is not ConsentState.WITHDRAWN or not before.is_known or held not in {SUBSCRIBED, PENDING}:
            raise ConsentAccidentError(f"{requests} requests about somebody who did not agree")

    def _judge_withdrawal(self, after: dict[tuple[str, str], str]) -> None:
        """An explicit withdrawal is heeded by the first run that sees it, whoever is to be sent otherwise."""
        is_news = self.last_met != self._met()
        row = self.world.contact_by_email(self.contact.email)
        if self.contact.consent.state is not ConsentState.WITHDRAWN or not is_news or row is None:
            return
        is_reachable = row["bounced_hard"] == "0" and row["deleted"] == "0"
        if is_reachable and after.get((self.contact.email, self.choices.list_id)) in {SUBSCRIBED, PENDING}:
            raise ConsentAccidentError("somebody who withdrew is still on the list")

    def _met(self) -> tuple[Consent, str, str]:
        return self.contact.consent, self.contact.email, self.choices.list_id

    def _objects(self) -> bool:
        """What speaks against a subscription, told from the target's rows alone."""
        if self.removed_after_sending:
            return True
        row = self.world.contact_by_email(self.contact.email)
        if row is None:
            return False
        on = {list_id: self.world.membership(row["id"], list_id) for list_id in LISTS}
        status = {list_id: held["status"] for list_id, held in on.items() if held}
        has_left = UNSUBSCRIBED in status.values() and SUBSCRIBED not in status.values()
        return row["bounced_hard"] != "0" or row["deleted"] == "1" or BOUNCED in status.values() or has_left
