"""Where secrets are kept when the system's own keystore cannot."""

from app.ui.pages.vault.change import ChangePassphraseSheet
from app.ui.pages.vault.sheet import VaultSheet, ask_for_vault, offer_vault

__all__ = ["ChangePassphraseSheet", "VaultSheet", "ask_for_vault", "offer_vault"]
