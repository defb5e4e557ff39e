"""review queries, by noun."""
