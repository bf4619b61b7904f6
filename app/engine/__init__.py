"""Plan, run, resume and retry: asyncio, no window, no database of its own (see ``ports``)."""
