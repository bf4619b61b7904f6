"""Steps 4 and 5 show what the integration's own pages show."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.texts import _, ngettext
from app.ui.context import Context
from app.ui.pages.wizard.model import Side, WizardModel
from app.ui.pages.wizard.step import StepWidget
from app.ui.theme import SPACING
from app.ui.widgets.banner import Banner
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.painting import Tone

PanelFactory = Callable[[Context, str], QWidget]


def products_panel(context: Context, key: str) -> QWidget:
    from app.ui.pages.products import ProductsPanel

    return ProductsPanel(context, key)


def preview_panel(context: Context, key: str) -> QWidget:
    from app.ui.pages.preview import PreviewPanel

    # The guided steps have the one button that starts; a draft cannot be sent before.
    return PreviewPanel(context, key, places_actions=False)


class PanelStep(StepWidget):
    """The panel is built anew each time the step is reached: what it shows follows from the steps before."""

    def __init__(self, context: Context, model: WizardModel, make: PanelFactory) -> None:
        super().__init__(context, model)
        self._make = make
        self.panel: QWidget | None = None
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(SPACING.m)

    async def enter(self) -> None:
        self.show_panel(self._make(self.context, self.model.key))

    def show_panel(self, panel: QWidget) -> None:
        if self.panel is not None:
            self.column.removeWidget(self.panel)
            self.panel.hide()
            self.panel.deleteLater()
        self.panel = panel
        self.column.addWidget(panel, 1)

    def focus_first(self) -> None:
        if self.panel is not None:
            self.panel.setFocus()


class ProductsStep(PanelStep):
    """Skipped in substance where the target takes the source's own numbers: it says so."""

    def __init__(self, context: Context, model: WizardModel, make: PanelFactory = products_panel) -> None:
        super().__init__(context, model, make)
        self.problems = Banner("", Tone.WARNING)
        self.problems.hide()
        self.column.addWidget(self.problems)

    async def enter(self) -> None:
        self.problems.hide()
        target = self.model.system(Side.TARGET)
        if target is not None and target.product_numbers is None:
            title = _("Nothing to map here")
            words = _("{system} takes the product numbers as your shop has them.").format(system=target.name)
            self.show_panel(EmptyState("check-circle", title, words))
            return
        await super().enter()

    async def finish(self) -> bool:
        """Stays while a run would be refused, and says why."""
        key = self.model.key
        found = await self.context.engine.call(lambda services: services.integrations.mapping_check(key))
        if not found.blocks:
            return True
        count = len(found.invalid) or len(found.unmapped)
        words = (
            ngettext(
                "{count} product has a number that the target does not take. Correct it to go on.",
                "{count} products have a number that the target does not take. Correct them to go on.",
                count,
            )
            if found.invalid
            else ngettext(
                'Give {count} product a number, or one number for "all products", to go on.',
                'Give {count} products a number, or one number for "all products", to go on.',
                count,
            )
        )
        self.problems.set_message(words.format(count=count), Tone.WARNING)
        self.problems.show()
        return False


class PreviewStep(PanelStep):
    def __init__(self, context: Context, model: WizardModel, make: PanelFactory = preview_panel) -> None:
        super().__init__(context, model, make)
