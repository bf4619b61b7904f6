"""One module for each group of commands; each command returns the exit code."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from app.cli.commands.asking import explain
from app.cli.commands.checking import check_account
from app.cli.commands.configuration import apply_file, show_accounts, show_integrations
from app.cli.commands.mapping import apply_mapping, export_mapping, import_mapping
from app.cli.commands.moving import move_here
from app.cli.commands.passphrase import set_passphrase
from app.cli.commands.practice import demonstrate, simulate
from app.cli.commands.previewing import show_preview
from app.cli.commands.privacy import allow_person, erase_person, find_person
from app.cli.commands.recovering import restore_database
from app.cli.commands.running import retry_integration, run_integration
from app.cli.commands.selftest import self_test
from app.cli.commands.support import save_support_file
from app.cli.commands.systems import show_systems
from app.cli.commands.undoing import undo_import
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
    "person find": find_person,
    "person erase": erase_person,
    "person allow": allow_person,
}

__all__ = ["BY_NAME", "demonstrate", "self_test"]
