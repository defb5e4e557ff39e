"""What: buildings, units, landlords, the registry and its import."""
