"""Categories as article groups, found by their path.

The register allows two groups of one name, so that a path is looked up before anything is created.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.connectors.mpluskassa.goods import Group, Path
from app.connectors.mpluskassa.lists import read_groups
from app.connectors.mpluskassa.wire import Wire, step
from app.core.outcomes import Outcome
from app.core.records import Category, Kind, Record
from app.core.rules import Refusal, hold, skip
from app.core.texts import text
from app.sdk.answers import Answer
from app.sdk.plan import Draft, FieldLine, Known, Plan, RecordPlan, Ref, Settled, Step

ROOT = 0
"""The number above the topmost groups."""


def clean_path(path: Sequence[str]) -> Path:
    return tuple(" ".join(part.split()) for part in path if part.strip())


def same_form(path: Sequence[str]) -> Path:
    """How paths are compared: case and blanks do not matter."""
    return tuple(part.casefold() for part in clean_path(path))


def parties_of(paths: Sequence[Sequence[str]]) -> Sequence[str]:
    """Every group that sending one of the paths may create on the way."""
    forms = [same_form(path) for path in paths]
    return tuple(dict.fromkeys(f"group:{'/'.join(each[:end])}" for each in forms for end in range(1, len(each) + 1)))


def by_path(groups: Mapping[int, Group]) -> Mapping[Path, Group]:
    """The oldest of several with one path."""
    return {same_form(group.path): group for group in sorted(groups.values(), key=lambda each: -each.number)}


@dataclass(slots=True)
class GroupSteps:
    """Makes the steps for paths that are not there yet, each level once."""

    key: str
    known: Mapping[Path, Group]
    steps: list[Step] = field(default_factory=list)
    _created: dict[Path, Ref] = field(default_factory=dict)

    def number(self, path: Path) -> int | Ref:
        """Of the group at the path, or what stands for it until it is created."""
        if not path:
            return ROOT
        form = same_form(path)
        if form in self.known:
            return self.known[form].number
        if form not in self._created:
            above = self.number(path[:-1])
            name = f"group {len(self._created) + 1}"
            self._created[form] = Ref(name)
            self.steps.append(self._creation(name, above, path[-1]))
        return self._created[form]

    def _creation(self, name: str, above: int | Ref, title: str) -> Step:
        request = {"parentGroupNumber": above, "name": title, "text": title}
        return step(
            name,
            "newArticleGroup",
            {"request": request},
            key=self.key,
            saves={name: ("groupNumber",)},
            purpose=text("Create the article group"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryWriter:
    wire: Wire

    def draft(self, record: Record) -> Draft | Refusal:
        if not isinstance(record, Category):
            return skip("deleted_in_source")
        path = clean_path(record.path or (record.name,))
        if not path:
            return hold("category_without_name")
        return Draft(
            key=record.id,
            kind=Kind.CATEGORIES,
            record=record,
            content={"path": list(path)},
            fields=(FieldLine(text("Category"), " > ".join(path), " > ".join(path)),),
            natural_keys=(path[-1],),
        )

    def parties(self, record: Record) -> Sequence[str]:
        return parties_of([record.path or (record.name,)]) if isinstance(record, Category) else ()

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        paths = by_path(await read_groups(self.wire))
        return {draft.key: _known(draft, paths) for draft in drafts}

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        ((draft, known),) = drafts
        path = tuple(draft.content["path"])
        if known.is_same:
            return Plan((RecordPlan(draft=draft, outcome=Outcome.UNCHANGED, target_id=known.target_id),))
        if known.exists:
            request = {"groupNumber": int(known.target_id), "name": path[-1]}
            renamed = step(
                "group",
                "updateArticleGroup",
                {"request": request},
                key=draft.key,
                is_repeatable=True,
                purpose=text("Update the article group"),
            )
            return Plan((RecordPlan(draft=draft, outcome=Outcome.UPDATED, target_id=known.target_id),), (renamed,))
        made = GroupSteps(draft.key, known.facts.get("above", {}))
        made.number(path)
        return Plan((RecordPlan(draft=draft, outcome=Outcome.CREATED),), tuple(made.steps))

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        (record,) = plan.records
        number = record.target_id or str(answers[plan.steps[-1].name].json()["groupNumber"])
        return {record.key: Settled(outcome=record.outcome, target_id=number)}


def _known(draft: Draft, paths: Mapping[Path, Group]) -> Known:
    path = tuple(draft.content["path"])
    group = paths.get(same_form(path))
    if group is None:
        above = {form: found for form, found in paths.items() if form == same_form(path)[: len(form)]}
        return Known(facts={"above": above})
    return Known(exists=True, target_id=str(group.number), is_same=group.path[-1] == path[-1])
