"""What has been chosen so far on the way to an integration."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from PySide6.QtCore import QObject, Signal

from app.core.records import Kind
from app.core.texts import Text, text
from app.sdk.manifest import Manifest
from app.services.accounts import AccountView
from app.services.systems import OptionGroup
from app.ui.context import Context


class Step(IntEnum):
    SYSTEMS = 0
    CONNECT = 1
    FLOWS = 2
    PRODUCTS = 3
    PREVIEW = 4


STEP_NAMES: Mapping[Step, Text] = {
    Step.SYSTEMS: text("Systems"),
    Step.CONNECT: text("Connect"),
    Step.FLOWS: text("What to send"),
    Step.PRODUCTS: text("Products"),
    Step.PREVIEW: text("Preview"),
}


class Side(IntEnum):
    SOURCE = 0
    TARGET = 1


class WizardModel(QObject):
    """Choosing other systems forgets the accounts of the former ones. Nothing is stored before ``save``."""

    changed = Signal()

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.key = ""
        """Of the integration, once it is stored."""
        self.title = ""
        self.systems: tuple[Manifest, ...] = ()
        self._chosen: dict[Side, str] = {}
        self._accounts: dict[Side, AccountView] = {}
        self.flows: tuple[Kind, ...] | None = None
        """None until the third step was left once: all that is possible."""
        self.options: Mapping[str, object] = {}

    # Systems -------------------------------------------------------------------------------------------------------

    async def load(self, key: str, source: str = "", target: str = "") -> None:
        """Raises ConfigError for a draft that is gone."""
        self.systems = await self._context.engine.ask(lambda services: services.systems.all())
        self._choose_known({Side.SOURCE: source, Side.TARGET: target})
        if key:
            view = await self._context.engine.call(lambda services: services.integrations.get(key))
            self.key, self.title = view.key, view.title
            self.flows = view.integration.flows or None
            self.options = view.integration.options
            for side, account in ((Side.SOURCE, view.source), (Side.TARGET, view.target)):
                if account is not None:
                    self._chosen[side] = account.system
                    self._accounts[side] = account
        self.changed.emit()

    def sources(self) -> tuple[Manifest, ...]:
        return tuple(each for each in self.systems if each.is_source)

    async def targets(self) -> tuple[Manifest, ...]:
        """What the chosen source can send to; every target while none is chosen."""
        source = self._chosen.get(Side.SOURCE)
        if source is None:
            return tuple(each for each in self.systems if each.is_target)
        return await self._context.engine.ask(lambda services: services.systems.targets_for(source))

    def system(self, side: Side) -> Manifest | None:
        return next((each for each in self.systems if each.system == self._chosen.get(side)), None)

    def choose_system(self, side: Side, system: str) -> None:
        if self._chosen.get(side) == system:
            return
        self._chosen[side] = system
        self._accounts.pop(side, None)
        self.flows, self.options = None, {}
        self.changed.emit()

    def forget_system(self, side: Side) -> None:
        if self._chosen.pop(side, None) is not None:
            self._accounts.pop(side, None)
            self.changed.emit()

    @property
    def has_systems(self) -> bool:
        return len(self._chosen) == len(Side)

    # Accounts ------------------------------------------------------------------------------------------------------

    def account(self, side: Side) -> AccountView | None:
        return self._accounts.get(side)

    def use_account(self, side: Side, view: AccountView) -> None:
        self._accounts[side] = view
        self.changed.emit()

    async def accounts_for(self, side: Side) -> tuple[AccountView, ...]:
        system = self._chosen.get(side)
        every = await self._context.engine.call(lambda services: services.accounts.all())
        return tuple(view for view in every if view.system == system)

    async def practice_account(self, side: Side) -> AccountView:
        system = self._chosen[side]
        return await self._context.engine.call(lambda services: services.accounts.practice(system))

    @property
    def has_accounts(self) -> bool:
        return len(self._accounts) == len(Side)

    @property
    def can_save_draft(self) -> bool:
        return bool(self._accounts)

    # Flows and options ---------------------------------------------------------------------------------------------

    async def possible_flows(self) -> tuple[Kind, ...]:
        source, target = self._chosen[Side.SOURCE], self._chosen[Side.TARGET]
        return await self._context.engine.ask(lambda services: services.systems.flows_between(source, target))

    async def option_groups(self) -> list[OptionGroup]:
        source, target = self._chosen[Side.SOURCE], self._chosen[Side.TARGET]
        return await self._context.engine.ask(lambda services: services.systems.options_model(source, target))

    def usual_title(self) -> str:
        names = [self._accounts[side].title for side in Side if side in self._accounts]
        return " → ".join(names)

    # Storing -------------------------------------------------------------------------------------------------------

    async def save(self, *, is_draft: bool = True) -> str:
        """Create or update the integration; its key. Raises ConfigError and SettingsError when it is no draft."""
        title = self.title.strip() or self.usual_title()
        keys = {side: self._accounts[side].key if side in self._accounts else "" for side in Side}
        flows, options = self.flows or (), dict(self.options)
        if self.key:
            view = await self._context.engine.call(
                lambda services: services.integrations.update(
                    self.key,
                    title=title,
                    source=keys[Side.SOURCE],
                    target=keys[Side.TARGET],
                    flows=flows,
                    options=options,
                    is_draft=is_draft,
                )
            )
        else:
            view = await self._context.engine.call(
                lambda services: services.integrations.create(
                    title, keys[Side.SOURCE], keys[Side.TARGET], flows, options, is_draft=is_draft
                )
            )
        self.key, self.title = view.key, view.title
        return self.key

    def _choose_known(self, wanted: Mapping[Side, str]) -> None:
        known = {each.system for each in self.systems}
        self._chosen.update({side: system for side, system in wanted.items() if system in known})
