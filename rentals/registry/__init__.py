"""Reading, checking and writing the registry file (design.md 5). Knows no database and no models."""
