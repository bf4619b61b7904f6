"""``koppler support``: a file for whoever supports the person, shown before it is saved."""

from __future__ import annotations

from app.cli.exits import Exit
from app.cli.session import Session
from app.core.texts import _


async def save_support_file(session: Session) -> Exit:
    """With ``--preview`` its whole content is printed and nothing is saved."""
    path = session.arguments.file
    async with session.services() as services:
        bundle = await services.support.compose()
        if not session.arguments.preview:
            await services.support.save(bundle, path)
    for each in bundle.files:
        told = {"name": each.name, "title": each.title, "characters": len(each.content)}
        content = {"content": each.content} if session.arguments.preview else {}
        session.output.event("support_file", {**told, **content})
        session.output.say(f"{each.name}: {each.title}")
        if session.arguments.preview:
            session.output.say(f"\n{each.content}")
    if not session.arguments.preview:
        session.output.event("support", {"path": str(path)})
        session.output.say(_("Saved: {path}. Look into it before you pass it on.").format(path=path))
    return Exit.DONE
