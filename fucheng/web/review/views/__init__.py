"""review views, by noun."""
