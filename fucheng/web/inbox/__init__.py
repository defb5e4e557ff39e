"""The own inbox: what waits for this person, and what this person was told."""
