"""One folder for each system. See ``app/connectors/README.md``."""
