"""office queries, by noun."""
