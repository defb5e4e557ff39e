"""What is written to people: numbered documents with their delivery, messages with their fate."""
