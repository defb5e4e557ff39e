"""What must be true of tokens, runs and signs, as queries for the rows that break it. `manage.py check_integrity`."""

CHECKS: dict[str, str] = {
    "every home has a token": """
        SELECT u.id FROM rentals_unit u LEFT JOIN signage_publictoken t ON t.unit_id = u.id
        WHERE t.unit_id IS NULL""",
    "every item of a finished run has its sign or its reason": """
        SELECT i.id FROM signage_printitem i
        JOIN signage_printrun r ON r.id = i.run_id JOIN jobs_job j ON j.id = r.job_id
        LEFT JOIN signage_sign s ON s.serial = i.serial AND s.run_id = i.run_id
        WHERE j.state = 'done' AND s.id IS NULL AND i.refused = ''""",
    "every sign comes from an item of its run": """
        SELECT s.id FROM signage_sign s
        LEFT JOIN signage_printitem i ON i.serial = s.serial AND i.run_id = s.run_id
        WHERE i.id IS NULL OR (i.unit_id, i.building_id, i.estate_id, i.committee_id)
           IS DISTINCT FROM (s.unit_id, s.building_id, s.estate_id, s.committee_id)""",
    "a sign that ended says when": """
        SELECT id FROM signage_sign WHERE state IN ('superseded', 'removed', 'void') AND ended_at IS NULL""",
}
