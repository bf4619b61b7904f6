"""Mails about errors, over the person's own mail account."""
