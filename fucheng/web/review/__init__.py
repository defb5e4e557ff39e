"""Community staff and grading panel: decide, check proofs, look things up in the register."""
