"""One file, one straight line across the rooms. A flow is one durable transaction; after it, workers are rung."""
