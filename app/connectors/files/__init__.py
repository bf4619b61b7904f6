"""CSV, Excel and XML files as a source of orders, contacts and products."""
