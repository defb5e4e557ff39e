"""The door: staff by name and password, landlords by phone and one-time code; where each goes from there."""
