"""Photos of hazards, proofs and reports for those who may see the thing they belong to."""
