"""office views, by noun."""
