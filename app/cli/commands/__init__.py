"""One module for each group of commands; each command returns the exit code."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from app.cli.commands.asking import explain
from app.cli.commands.checking import check_account
from app.cli.commands.configuration import apply_file, show_accounts, show_integrations
from app.cli.commands.mailing import forget_mail, set_mail, show_mail, try_mail
from app.cli.commands.mapping import apply_mapping, export_mapping, import_mapping
from app.cli.commands.moving import move_here
from app.cli.commands.passphrase import set_passphrase
from app.cli.commands.practice import demonstrate, simulate
from app.cli.commands.previewing import show_preview
from app.cli.commands.privacy import allow_person, erase_person, find_person
from app.cli.commands.receiving import (
    estimate,
    list_pushes,
    make_feed,
    prove_receiver,
    receive,
    replay_push,
    set_receiver,
    show_handouts,
    show_receiver,
)
from app.cli.commands.recovering import restore_database
from app.cli.commands.running import retry_integration, run_integration
from app.cli.commands.selftest import self_test
from app.cli.commands.support import save_support_file
from app.cli.commands.systems import show_systems
from app.cli.commands.undoing import undo_import
from app.cli.commands.worklist import show_worklist
from app.cli.exits import Exit
from app.cli.session import Session

BY_NAME: Mapping[str, Callable[[Session], Coroutine[Any, Any, Exit]]] = {
    "systems": show_systems,
    "apply": apply_file,
    "accounts": show_accounts,
    "integrations": show_integrations,
    "check": check_account,
    "preview": show_preview,
    "run": run_integration,
    "retry": retry_integration,
    "undo": undo_import,
    "why": explain,
    "mapping export": export_mapping,
    "mapping import": import_mapping,
    "mapping apply": apply_mapping,
    "simulate": simulate,
    "restore": restore_database,
    "moved": move_here,
    "passphrase": set_passphrase,
    "support": save_support_file,
    "receive": receive,
    "receiver show": show_receiver,
    "receiver set": set_receiver,
    "receiver test": prove_receiver,
    "pushes": list_pushes,
    "replay": replay_push,
    "handouts": show_handouts,
    "feed": make_feed,
    "estimate": estimate,
    "mail show": show_mail,
    "mail set": set_mail,
    "mail test": try_mail,
    "mail forget": forget_mail,
    "worklist": show_worklist,
    "person find": find_person,
    "person erase": erase_person,
    "person allow": allow_person,
}

__all__ = ["BY_NAME", "demonstrate", "self_test"]
