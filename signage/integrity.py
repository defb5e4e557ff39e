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
    "a replaced sign ended in the moment in which its successor was hung": """
        SELECT o.id FROM signage_sign o
        WHERE o.state = 'superseded' AND NOT EXISTS (
            SELECT FROM signage_sign n
            WHERE n.product = o.product AND n.posted_at = o.ended_at AND n.id <> o.id
              AND (n.unit_id, n.building_id, n.estate_id, n.committee_id)
                  IS NOT DISTINCT FROM (o.unit_id, o.building_id, o.estate_id, o.committee_id))""",
    "a sign is hung after it was printed and ends after it was hung": """
        SELECT id FROM signage_sign WHERE posted_at < printed_at OR ended_at < coalesce(posted_at, printed_at)""",
    "the state of a sign is the last one in the audit trail": """
        SELECT s.id FROM signage_sign s
        JOIN (SELECT DISTINCT ON (subject_id) subject_id::bigint AS sign_id, after ->> 'state' AS state
              FROM accounts_auditevent WHERE subject = 'sign' AND verb = 'changed'
              ORDER BY subject_id, id DESC) told ON told.sign_id = s.id
        WHERE told.state <> s.state""",
    "a withdrawn code leads nowhere": """
        SELECT w.id FROM signage_withdrawntoken w JOIN signage_publictoken t ON t.token = w.token""",
    "a task about an old sign is at the home of a sign that has ended": """
        SELECT t.id FROM signage_signtask t JOIN signage_sign s ON s.id = t.sign_id
        WHERE t.kind = 'dead' AND (s.unit_id <> t.unit_id OR s.ended_at IS NULL)""",
}
