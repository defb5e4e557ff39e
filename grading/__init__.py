"""How safe: rules, visits, hazards, assessments, grade changes, delisting."""
