"""What the one button of an integration does."""

from __future__ import annotations

from app.core.events import RunMode
from app.services.integrations import IntegrationView
from app.services.status import Action
from app.ui import navigation
from app.ui.context import Context


class NextSteps:
    def __init__(self, context: Context) -> None:
        self._context = context

    async def take(self, view: IntegrationView) -> None:
        """Raises AppError."""
        go = self._context.navigator.push
        match view.next_step.action:
            case Action.FINISH_SETUP:
                go(navigation.WIZARD, key=view.key)
            case Action.ACTIVATE:
                await self._context.engine.call(lambda services: services.integrations.set_active(view.key, True))
            case Action.CHECK:
                go(navigation.INTEGRATION, key=view.key, tab="connection")
            case Action.FIX:
                self._fix(view)
            case Action.CONTINUE:
                await self._continue(view)
            case Action.OPEN_RUN if view.last_run is not None:
                go(navigation.RUN, run_id=view.last_run.run_id)
            case Action.PREVIEW:
                go(navigation.INTEGRATION, key=view.key, tab="preview")
            case Action.START_IMPORT:
                await self._start(view, RunMode.HISTORICAL)
            case Action.SYNC:
                await self._start(view, RunMode.CHANGES)
            case _:
                go(navigation.INTEGRATION, key=view.key, tab="overview")

    def _fix(self, view: IntegrationView) -> None:
        """To the place where the person can mend it: a missing secret, a refused connection, or the failed run."""
        go = self._context.navigator.push
        accounts = [each for each in (view.source, view.target) if each is not None]
        lacking = next((each for each in accounts if each.missing_secrets), None)
        if lacking is not None:
            go(navigation.ACCOUNT, key=lacking.key, is_reconnecting=True)
        elif any(each.account.check_passed is False for each in accounts) or view.last_run is None:
            go(navigation.INTEGRATION, key=view.key, tab="connection")
        else:
            go(navigation.RUN, run_id=view.last_run.run_id)

    async def _start(self, view: IntegrationView, mode: RunMode) -> None:
        handle = await self._context.engine.call(lambda services: services.runs.start(view.key, mode))
        self._context.navigator.push(navigation.RUN, run_id=handle.run_id)

    async def _continue(self, view: IntegrationView) -> None:
        handle = await self._context.engine.call(lambda services: services.runs.continue_last(view.key))
        self._context.navigator.push(navigation.RUN, run_id=handle.run_id)
