"""How safe: rules, visits, hazards, assessments, grade changes, delisting. In which order to read:

1. `facts`, `rules`: pure; what counts for a home and which grade follows (docs/rules.md works it through).
2. `models.visits`, `models.hazards`, `models.changes`: what is kept. `states` has every state and its allowed
   moves, `triggers` makes PostgreSQL hold them, `querysets` says who sees which rows.
3. `services.visits`, `hazards`, `assessing`, `proposing`, `changes`: one line from a visit to a grade in force;
   `services.explaining` says why a grade is what it is.
4. Cases beside the line, each a model and a service of one name: `urgent`, `delisting`, `objections`, `vacancy`,
   `incidents`, `second_visits`, `self_inspections`, `stars` (conditions pure in `grading.stars`).
5. The rules as data: `services.rule_sets`, `rule_drafts`, `rule_checks`, `rule_comparison`, `what_if`.
"""
