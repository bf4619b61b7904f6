"""What may be typed about the world outside: pushes, handouts, feeds, mails, work by hand."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeAlias

from app.core.texts import _

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - the only name its type has
Command: TypeAlias = Callable[["Commands", str, str], argparse.ArgumentParser]
"""Where it belongs, name and summary in, the command's own parser out."""


def add_receiving(command: Command, commands: Commands, port: Callable[[str], int]) -> None:
    add = partial(command, commands)
    add("receive", _("listen for pushes until Ctrl+C, and sync what they concern"))
    receiver = add("receiver", _("how pushes of other systems reach this computer"))
    actions = receiver.add_subparsers(dest="action", required=True, metavar=_("ACTION"))
    command(actions, "show", _("the present settings"))
    change = command(actions, "set", _("change what is given"))
    change.add_argument("--port", type=port, metavar="P", help=_("port on this computer"))
    change.add_argument("--public-address", metavar=_("ADDRESS"), help=_("of your tunnel or port forwarding"))
    change.add_argument("--in-window", choices=("yes", "no"), help=_("listen while the window is open"))
    change.add_argument("--sync-at-once", choices=("yes", "no"), help=_("sync as soon as something arrives"))
    command(actions, "test", _("whether the public address leads here"))
    pushes = add("pushes", _("pushes that are kept for an account"))
    pushes.add_argument("account", metavar=_("ACCOUNT"))
    replay = add("replay", _("take a kept push once more"))
    replay.add_argument("account", metavar=_("ACCOUNT"))
    replay.add_argument("push", metavar=_("PUSH"))


def add_handing_out(command: Command, commands: Commands) -> None:
    add = partial(command, commands)
    handouts = add("handouts", _("addresses and snippets to enter in another system"))
    handouts.add_argument("account", metavar=_("ACCOUNT"))
    handouts.add_argument("name", nargs="?", metavar=_("NAME"), help=_("only this one, and nothing around it"))
    feed = add("feed", _("the shop's products as a file that the target fetches"))
    feed.add_argument("integration", metavar=_("INTEGRATION"))
    feed.add_argument("file", nargs="?", type=Path, metavar=_("FILE.xml"))


def add_mailing(command: Command, commands: Commands, port: Callable[[str], int]) -> None:
    mail = command(commands, "mail", _("the mail account over which errors are told"))
    actions = mail.add_subparsers(dest="action", required=True, metavar=_("ACTION"))
    command(actions, "show", _("the present settings, never the password"))
    change = command(actions, "set", _("change what is given; the password is asked for"))
    change.add_argument("--host", metavar=_("SERVER"))
    change.add_argument("--port", type=port, metavar="P")
    change.add_argument("--security", choices=("starttls", "tls", "none"))
    change.add_argument("--user", metavar=_("NAME"))
    change.add_argument("--sender", metavar=_("ADDRESS"))
    attempt = command(actions, "test", _("send a test mail"))
    attempt.add_argument("to", nargs="?", metavar=_("ADDRESS"), help=_("else to the sender"))
    command(actions, "forget", _("forget the account and what waits to be told"))


def add_worklist(command: Command, commands: Commands) -> None:
    worklist = command(commands, "worklist", _("opt-outs to enter in the shop by hand, where it has no field for them"))
    worklist.add_argument("integration", metavar=_("INTEGRATION"))
    what = worklist.add_mutually_exclusive_group()
    what.add_argument("--done", action="append", metavar=_("KEY"), help=_("take it off the list"))
    what.add_argument("--all-done", action="store_true", help=_("take all off the list"))
    what.add_argument("--export", type=Path, metavar=_("FILE.csv|.xlsx"), help=_("save the list"))
