"""What anyone sees who scans a door: no sign-in, no cookie, no personal data, no JavaScript."""
