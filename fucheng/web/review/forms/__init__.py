"""review forms, by noun."""
