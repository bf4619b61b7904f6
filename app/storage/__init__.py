"""What stays on the person's own disk: one data folder with one SQLite file, its backups and a lock.

::

    folder.DataFolder            where everything lies; created private
    lock.FolderLock              one program per data folder
    database.Database            one writer thread, reader threads; transactions as functions of a connection
    backups.Backups              copies before every upgrade, restoring, setting a damaged file aside
    ledger.Ledger                what became of every record (the engine's LedgerPort)
    runs.Runs                    runs, their marks, their closing balance, watermarks (the engine's RunsPort)
    accounts.AccountsStore       accesses to systems, without secrets
    integrations.IntegrationsStore
    products.ProductsStore       the product mapping
    preferences.Preferences      language, theme, days of log; ``peek`` reads them before anything is open
    practice.PracticeStore       state of practice accounts between two starts
    log.LogStore                 the expiring log; ``LogFilter`` says which lines, ``LogRow`` is one of them
    secrets.Vault                secrets, sealed; ``environment.secrets_from_environment`` for a single call
    hashes.load_keyed_hash       the key of look-ups in the ledger

Everything raises :class:`~app.core.errors.StorageError`, secrets :class:`~app.core.errors.SecretStoreError`; whatever
fails leaves the last committed state.
"""
