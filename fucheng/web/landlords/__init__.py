"""The landlord's own homes: why this grade, what to mend by when, and the way back."""
