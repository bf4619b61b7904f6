"""Set-up from a source checkout with the standard library alone."""
