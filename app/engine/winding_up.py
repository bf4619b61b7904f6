"""Targets that a run has left in another state go back into their everyday one, however the run ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Self

from app.core.errors import AppError
from app.core.events import Level
from app.core.texts import Text, text
from app.engine.job import Route
from app.engine.sending import Sender
from app.sdk.target import WindsUp

_LONGEST_S = 30.0


class WindingUp:
    """``sender_of`` sends to a route's target, ``warn`` writes into the run's log."""

    def __init__(self, sender_of: Callable[[Route], Sender], warn: Callable[[Level, Text], None]) -> None:
        self._sender_of = sender_of
        self._warn = warn
        self._opened: dict[int, Route] = {}

    def opened(self, route: Route) -> None:
        self._opened[id(route.target)] = route

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        # Cancelled too, even twice, the run ends only when its targets are told.
        telling = asyncio.create_task(self._all())
        try:
            await asyncio.shield(telling)
        except asyncio.CancelledError:
            await asyncio.wait({telling})
            raise

    async def _all(self) -> None:
        for route in self._opened.values():
            if isinstance(route.target, WindsUp) and (steps := route.target.wind_up()):
                try:
                    async with asyncio.timeout(_LONGEST_S):
                        await self._sender_of(route).set_up(steps)
                except (AppError, TimeoutError) as error:  # it must not hide why the run ended; the next one mends it
                    self._warn(Level.WARNING, _left(error))


def _left(error: Exception) -> Text:
    problem = error.message if isinstance(error, AppError) else text("It did not answer in time.")
    return text(
        "The target could not be taken back into its everyday state; the next run does it. {problem}", problem=problem
    )
