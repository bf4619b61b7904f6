"""What may be typed."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import app
from app.cli.exchange_arguments import add_handing_out, add_mailing, add_receiving, add_worklist
from app.core.records import Kind
from app.core.texts import LANGUAGES, _

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - the only name its type has

_MOST_DIGITS = 9
"""More than any number of records; the database would refuse what has twenty."""


class _ShowVersion(argparse.Action):
    """Reads the version when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        print(f"koppler {app.__version__}")
        parser.exit()


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="koppler",
        description=_("Moves customers, orders and products from a shop or from files to marketing tools."),
        epilog=_(
            "Without a command the window opens. Secrets are read from the environment or asked for, never typed."
        ),
    )
    _add_common(top, is_top=True)
    top.add_argument("--version", action=_ShowVersion, nargs=0, help=_("show the version"))
    top.add_argument("--self-test", action="store_true", help=_("check that the installation is complete"))
    commands = top.add_subparsers(dest="command", metavar=_("COMMAND"), title=_("commands"))
    _configuration(commands)
    _runs(commands)
    _mapping(commands)
    _practice(commands)
    _recovery(commands)
    _privacy(commands)
    _support(commands)
    add_receiving(_command, commands, _port)
    add_handing_out(_command, commands)
    add_mailing(_command, commands, _port)
    add_worklist(_command, commands)
    _estimate(commands)
    return top


def _add_common(parser: argparse.ArgumentParser, *, is_top: bool = False) -> None:
    """Accepted before and after the command; after it, silence must not undo what was said before."""
    unsaid = None if is_top else argparse.SUPPRESS
    parser.add_argument(
        "--data-dir", type=Path, default=unsaid, metavar=_("DIR"), help=_("data folder (else KOPPLER_HOME)")
    )
    parser.add_argument(
        "--json",
        action="store_true",
        default=False if is_top else argparse.SUPPRESS,
        help=_("one JSON object per line on standard output"),
    )
    parser.add_argument("--language", choices=LANGUAGES, default=unsaid, help=_("language of messages"))


def _command(commands: Commands, name: str, summary: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=summary, description=summary)
    _add_common(command)
    return command


def _configuration(commands: Commands) -> None:
    _command(commands, "systems", _("every connector: roles, flows, settings fields, limits"))
    apply = _command(commands, "apply", _("create or update accounts, integrations and mappings as declared"))
    apply.add_argument("file", type=Path, metavar=_("FILE.toml"))
    _command(commands, "accounts", _("what is configured, never a secret"))
    _command(commands, "integrations", _("what is configured, and how it stands"))
    check = _command(commands, "check", _("the staged connection test of an account"))
    check.add_argument("account", metavar=_("ACCOUNT"))
    _add_flow(check)


def _runs(commands: Commands) -> None:
    preview = _command(commands, "preview", _("exact plans; nothing is written"))
    preview.add_argument("integration", metavar=_("INTEGRATION"))
    preview.add_argument("--limit", type=_positive, default=20, metavar="N", help=_("records of each flow"))
    preview.add_argument(
        "--since", type=_moment, metavar=_("DATE"), help=_("how many records an import from this day on would cover")
    )
    _add_flow(preview)
    run = _command(commands, "run", _("sync changes, or import the history"))
    run.add_argument("integration", metavar=_("INTEGRATION"))
    begin = run.add_mutually_exclusive_group()
    begin.add_argument("--historical", action="store_true", help=_("import the whole history"))
    begin.add_argument("--since", type=_moment, metavar=_("DATE"), help=_("import the history from this day on"))
    begin.add_argument("--continue", dest="goes_on", action="store_true", help=_("go on with a run that has stopped"))
    run.add_argument("--limit", type=_positive, metavar="N", help=_("at most so many records of each flow"))
    _add_flow(run)
    retry = _command(commands, "retry", _("failed, held and in-doubt records once more"))
    retry.add_argument("integration", metavar=_("INTEGRATION"))
    retry.add_argument(
        "--only",
        action="append",
        metavar=_("KEY"),
        help=_("just this order number or e-mail address, also where the target cannot be asked for it"),
    )
    retry.add_argument("--approve-removals", action="store_true", help=_("the large removal is right"))
    undo = _command(commands, "undo", _("take back what an import created and nobody has touched since"))
    undo.add_argument("integration", metavar=_("INTEGRATION"))
    undo.add_argument("run", nargs="?", metavar=_("RUN"), help=_("the import (else the newest one)"))
    undo.add_argument(
        "--confirm",
        type=_positive,
        metavar=_("COUNT"),
        help=_("remove them: the number of records that the list names; needs RUN"),
    )
    why = _command(commands, "why", _("what became of one order number or e-mail address, and why"))
    why.add_argument("integration", metavar=_("INTEGRATION"))
    why.add_argument("key", metavar=_("KEY"))


def _mapping(commands: Commands) -> None:
    mapping = _command(commands, "mapping", _("the product mapping as a table"))
    actions = mapping.add_subparsers(dest="action", required=True, metavar=_("ACTION"))
    for name, summary in (("export", _("write the mapping to a file")), ("import", _("take the mapping from a file"))):
        action = _command(actions, name, summary)
        action.add_argument("integration", metavar=_("INTEGRATION"))
        action.add_argument("file", type=Path, metavar=_("FILE.csv|.xlsx"))
        if name == "import":
            action.add_argument("--yes", action="store_true", help=_("take it although cells look damaged"))
    past = _command(actions, "apply", _("send again what was sent before, with the mapping as it is now"))
    past.add_argument("integration", metavar=_("INTEGRATION"))
    _add_flow(past)


def _practice(commands: Commands) -> None:
    simulate = _command(commands, "simulate", _("a simulator of a system on this computer"))
    simulate.add_argument("system", metavar=_("SYSTEM"))
    simulate.add_argument("--port", type=_port, default=0, metavar="P", help=_("a free one when not given"))
    simulate.add_argument("--records", type=_positive, default=200, metavar="N")
    demo = _command(commands, "demo", _("the practice import, start to finish"))
    demo.add_argument("--records", type=_positive, default=200, metavar="N")


def _recovery(commands: Commands) -> None:
    restore = _command(commands, "restore", _("a backup in the place of a damaged database"))
    what = restore.add_mutually_exclusive_group()
    what.add_argument(
        "--from", dest="backup", type=Path, metavar=_("BACKUP"), help=_("this one (else the newest that can be used)")
    )
    what.add_argument("--start-over", action="store_true", help=_("begin anew with an empty database"))
    restore.add_argument("--yes", action="store_true", help=_("do not ask"))
    _command(commands, "moved", _("a data folder from another computer is at home here from now on"))
    _command(commands, "passphrase", _("choose or change the passphrase of your secrets; it is asked for"))


def _privacy(commands: Commands) -> None:
    person = _command(commands, "person", _("what this computer holds about one person: find it, erase it"))
    actions = person.add_subparsers(dest="action", required=True, metavar=_("ACTION"))
    summaries = {
        "find": _("search everything on this computer; changes nothing"),
        "erase": _("erase the person from everything on this computer"),
        "allow": _("send an erased person again"),
    }
    for name, summary in summaries.items():
        action = _command(actions, name, summary)
        action.add_argument(
            "words",
            metavar=_("WORDS"),
            help=_("e-mail address, order number, or first and last name; - reads it from standard input"),
        )
        if name != "allow":
            action.add_argument(
                "--report", type=Path, metavar=_("FILE.txt|.json"), help=_("save what was found or erased as proof")
            )
        if name == "erase":
            action.add_argument("--confirm", action="store_true", help=_("do not ask"))
            action.add_argument(
                "--no-mark", action="store_true", help=_("keep no mark: the next import may send the person again")
            )


def _support(commands: Commands) -> None:
    support = _command(commands, "support", _("a file for whoever supports you, without personal data or keys"))
    support.add_argument("file", type=Path, metavar=_("FILE.zip"))
    support.add_argument("--preview", action="store_true", help=_("show what it would hold, and save nothing"))


def _estimate(commands: Commands) -> None:
    estimate = _command(commands, "estimate", _("how long a historical import would take at the chosen speed"))
    estimate.add_argument("integration", metavar=_("INTEGRATION"))
    estimate.add_argument("--since", type=_moment, metavar=_("DATE"), help=_("an import from this day on"))
    _add_flow(estimate)


def _add_flow(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--flow",
        action="append",
        type=_flow,
        metavar=_("NAME"),
        help=_("only this kind of record; may be given several times: {flows}").format(flows=", ".join(Kind)),
    )


def _flow(raw: str) -> Kind:
    try:
        return Kind(raw)
    except ValueError:
        raise argparse.ArgumentTypeError(
            _("there is no flow {flow}; possible: {flows}").format(flow=raw, flows=", ".join(Kind))
        ) from None


def _positive(raw: str) -> int:
    if not raw.isascii() or not raw.isdigit() or len(raw) > _MOST_DIGITS or int(raw) < 1:
        raise argparse.ArgumentTypeError(_("a whole number from 1 is needed, not {value}").format(value=raw))
    return int(raw)


def _port(raw: str) -> int:
    if not raw.isascii() or not raw.isdigit() or len(raw) > _MOST_DIGITS or int(raw) > 65_535:
        raise argparse.ArgumentTypeError(_("a port from 0 to 65535 is needed, not {value}").format(value=raw))
    return int(raw)


def _moment(raw: str) -> datetime:
    """A day or a moment, in this computer's time zone unless it names its own."""
    try:
        return datetime.fromisoformat(raw).astimezone(UTC).astimezone()
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            _("a date such as 2026-01-31 is needed, not {value}").format(value=raw)
        ) from None
