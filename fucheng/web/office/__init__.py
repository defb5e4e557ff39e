"""Street office and auditor: import, bulk work, printing, people, rules, audit trail."""
