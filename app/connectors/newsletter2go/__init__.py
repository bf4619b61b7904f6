"""Newsletter2Go: recipients go in; opt-outs and bounces come back. For accounts that have not moved to Brevo."""
