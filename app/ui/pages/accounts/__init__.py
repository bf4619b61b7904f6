"""Accounts: the list, and the form of one."""

from app.ui.pages.accounts.account_page import AccountPage
from app.ui.pages.accounts.editor import AccountEditor
from app.ui.pages.accounts.list_page import AccountsPage

__all__ = ["AccountEditor", "AccountPage", "AccountsPage"]
