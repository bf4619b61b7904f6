"""The practice shop: a whole integration with made-up data, in one click."""

from __future__ import annotations

from app.core.errors import ConfigError
from app.core.texts import _, text
from app.sdk.manifest import Category, Manifest
from app.services.integrations import IntegrationView
from app.ui.context import Context


async def start_practice(context: Context, system: str = "") -> IntegrationView:
    """Practice accounts on both sides and an integration between them; the same one where it exists already.

    ``system`` is the source, or the target for a system that is no source. Raises AppError.
    """
    systems = await context.engine.ask(lambda services: services.systems.all())
    source, target = await _pair(context, systems, system)
    source_account = await context.engine.call(lambda services: services.accounts.practice(source.system))
    target_account = await context.engine.call(lambda services: services.accounts.practice(target.system))
    for view in await context.engine.call(lambda services: services.integrations.all()):
        if (view.integration.source, view.integration.target) == (source_account.key, target_account.key):
            return view
    flows = await context.engine.ask(lambda services: services.systems.flows_between(source.system, target.system))
    title = _("Practice: {source} → {target}").format(source=source.name, target=target.name)
    created: IntegrationView = await context.engine.call(
        lambda services: services.integrations.create(title, source_account.key, target_account.key, flows, {})
    )
    return created


async def _pair(context: Context, systems: tuple[Manifest, ...], system: str) -> tuple[Manifest, Manifest]:
    chosen = next((each for each in systems if each.system == system), None)
    if chosen is not None and not chosen.is_source:
        sources = await context.engine.ask(lambda services: services.systems.sources_for(chosen.system))
        if source := _shop_first(sources):
            return source, chosen
    for source in [chosen] if chosen is not None else _sorted(systems):
        targets = await context.engine.ask(
            lambda services, source=source: services.systems.targets_for(source.system)  # type: ignore[misc]
        )
        if targets:
            return source, targets[0]
    raise ConfigError(text("There is no second system to practise with."))


def _sorted(systems: tuple[Manifest, ...]) -> list[Manifest]:
    sources = [each for each in systems if each.is_source]
    return sorted(sources, key=lambda each: each.category is not Category.SHOP)


def _shop_first(sources: tuple[Manifest, ...]) -> Manifest | None:
    return next(iter(_sorted(sources)), None)
