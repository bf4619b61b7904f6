"""``koppler moved``: a data folder from another computer is at home here from now on."""

from __future__ import annotations

from app.cli.exits import Exit
from app.cli.session import Session
from app.core.texts import _


async def move_here(session: Session) -> Exit:
    async with session.services() as services:
        was_copy = await services.home.is_copy()
        await services.home.move_here()
    session.output.event("moved", {"was_copy": was_copy})
    session.output.say(
        _("This data folder works on this computer from now on. Do not go on with it on the other one.")
        if was_copy
        else _("This data folder belongs to this computer already.")
    )
    return Exit.DONE
