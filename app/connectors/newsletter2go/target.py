"""Newsletter2Go as a target: one address book, and contacts only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.connectors.newsletter2go.attributes import AttributePlan, create_attribute, read_attributes, remote_fields
from app.connectors.newsletter2go.contacts import BATCH_SIZE, Contacts
from app.connectors.newsletter2go.groups import Groups
from app.connectors.newsletter2go.recipients import Recipients
from app.connectors.newsletter2go.settings import NewPeople, Newsletter2GoSettings, TargetOptions
from app.connectors.newsletter2go.wire import Wire
from app.core.errors import ConfigError
from app.core.records import Contact, Deletion, Kind, Record
from app.core.rules import Refusal, skip
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.answers import Answer, RejectedError
from app.sdk.plan import Draft, Known, Plan, Settled, Step
from app.sdk.target import Judgement, Mappings, RemoteField, Suggestion, Timing


class Newsletter2GoTarget:
    def __init__(self, access: Access[Newsletter2GoSettings], options: TargetOptions, mappings: Mappings) -> None:
        self._wire = Wire(access)
        self._options = options
        self._mappings = mappings
        self._contacts: Contacts | None = None
        self._setup: tuple[Step, ...] = ()

    async def open(self, kinds: Sequence[Kind], timing: Timing) -> None:
        if Kind.CONTACTS not in kinds:
            return
        options = self._options
        list_id, _ = await self._wire.chosen_list(options.address_book, "address_book")
        if options.new_people is NewPeople.ASK:
            await self._check_form()
        attributes = AttributePlan.bind(self._mappings.fields, await read_attributes(self._wire, list_id), list_id)
        groups = Groups(self._wire, list_id)
        if options.group or options.tags_as_groups:
            await groups.read()
        self._contacts = Contacts(
            recipients=Recipients(self._wire, list_id, attributes.names, has_customer_id=attributes.has_customer_id),
            attributes=attributes,
            groups=groups,
            mappings=self._mappings,
            list_id=list_id,
            timing=timing,
            new_people=options.new_people,
            doi_form=options.doi_form,
            group=options.group,
            tags_as_groups=options.tags_as_groups,
            deleted_recipients=options.deleted_recipients,
        )
        missing = [options.group] if options.group and not groups.id_of(options.group) else []
        self._setup = (*attributes.creations(), *(groups.creation(each) for each in missing))

    def setup(self) -> Sequence[Step]:
        return self._setup

    def batch_size(self, kind: Kind) -> int:
        return BATCH_SIZE if kind is Kind.CONTACTS else 1

    def draft(self, record: Record) -> Draft | Refusal:
        is_contact = isinstance(record, Contact) or (isinstance(record, Deletion) and record.kind is Kind.CONTACTS)
        return self._contacts.draft(record) if self._contacts and is_contact else skip("not_a_kind")

    def withdrawal(self, contact: Contact) -> Draft | Refusal:
        return self._contacts.withdrawal(contact) if self._contacts else skip("not_a_kind")

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        return await self._contacts.look_up(drafts) if self._contacts and drafts else {}

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        return self._contacts.plan(drafts) if self._contacts else Plan(())

    def judge(self, step: Step, answer: Answer) -> Judgement:
        return self._contacts.judge(step, answer) if self._contacts else Judgement.REFUSED

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        return await self._contacts.confirm(plan, answers) if self._contacts else {}

    async def remote_fields(self) -> Sequence[RemoteField]:
        return remote_fields(await read_attributes(self._wire, await self._list()))

    async def create_field(self, label: str) -> RemoteField:
        return await create_attribute(self._wire, await self._list(), label)

    async def suggestions(self, name: str) -> Sequence[Suggestion]:
        return await suggestions(self._wire, name, self._options.address_book)

    async def _list(self) -> str:
        return (await self._wire.chosen_list(self._options.address_book, "address_book"))[0]

    async def _check_form(self) -> None:
        """Before anybody is asked: otherwise every person who agreed would be refused one by one."""
        form = self._options.doi_form
        if form:
            try:
                await self._wire.http.get(f"forms/generate/{form}")
            except RejectedError as error:
                if error.answer.status != 404:
                    raise
            else:
                return
        raise ConfigError(
            text('Newsletter2Go has no form "{form}".', form=form or "?"),
            remedy=text("Enter the id of a form with double opt-in, or let the shop ask."),
            field="doi_form",
        )


async def suggestions(wire: Wire, name: str, address_book: str) -> Sequence[Suggestion]:
    if name == "lists":
        found = await wire.list_names()
    elif name == "groups":
        list_id, _ = await wire.chosen_list(address_book, "address_book")
        groups = Groups(wire, list_id)
        await groups.read()
        found = {each: each for each in groups.names}
    else:
        found = {}
    return [Suggestion(value, label) for value, label in sorted(found.items(), key=lambda pair: pair[1].casefold())]
