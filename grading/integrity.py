"""What must be true of the rows, as queries for the rows that break it. `manage.py check_integrity`."""

CHECKS: dict[str, str] = {
    "every home of the register has a standing": """
        SELECT u.id FROM rentals_unit u LEFT JOIN grading_standing s ON s.unit_id = u.id
        WHERE s.unit_id IS NULL""",
    "the standing's grade is the grade in force of the history": """
        SELECT s.unit_id FROM grading_standing s
        LEFT JOIN grading_gradeperiod p ON p.unit_id = s.unit_id AND p.ends_at IS NULL
        WHERE (s.grade, s.graded_at) IS DISTINCT FROM (p.grade::varchar, p.starts_at)""",
    "the history has no gaps": """
        SELECT unit_id FROM (
            SELECT unit_id, ends_at, lead(starts_at) OVER (PARTITION BY unit_id ORDER BY starts_at) AS next
            FROM grading_gradeperiod) p
        WHERE ends_at IS DISTINCT FROM next""",
    "every grade in force comes from an approved change": """
        SELECT p.unit_id FROM grading_gradeperiod p JOIN grading_gradechange c ON c.id = p.change_id
        WHERE c.state <> 'approved' OR c.to_grade <> p.grade OR c.unit_id <> p.unit_id""",
    "every red was decided by the panel": """
        SELECT c.unit_id FROM grading_gradechange c
        WHERE c.state = 'approved' AND 'red' IN (c.from_grade, c.to_grade) AND c.decided_as <> 'panel'""",
    "nobody decided on the own inspection": """
        SELECT c.unit_id FROM grading_gradechange c
        WHERE c.inspected_by_id IN (c.decided_by_id, c.reviewed_by_id)
           OR c.earlier_inspectors && ARRAY[c.decided_by_id, c.reviewed_by_id]""",
    "the last visit is the newest visit that saw the home": """
        SELECT s.unit_id FROM grading_standing s
        JOIN rentals_unit u ON u.id = s.unit_id
        LEFT JOIN LATERAL (
            SELECT v.submitted_at FROM grading_visit v
            WHERE v.building_id = u.building_id AND NOT EXISTS (
                SELECT 1 FROM grading_visitexception e WHERE e.visit_id = v.id AND e.unit_id = u.id)
            ORDER BY v.submitted_at DESC LIMIT 1) newest ON true
        WHERE s.last_visit_at IS DISTINCT FROM newest.submitted_at AND s.last_visit_at IS NOT NULL""",
}
