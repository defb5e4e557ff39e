"""Everything on one machine: set-up, a private PostgreSQL, `make demo`. Production uses none of it."""
