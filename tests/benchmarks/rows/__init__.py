"""One module per line of the table: NAME, TITLE and ``measure``."""
