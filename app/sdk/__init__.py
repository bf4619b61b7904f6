"""What a connector is made of. ``app/connectors/README.md`` shows how to write one."""
