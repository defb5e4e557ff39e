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
    "a building has one award of stars in force at most": """
        SELECT building_id FROM grading_staraward WHERE ended_at IS NULL GROUP BY 1 HAVING count(*) > 1""",
    "stars are awarded and withdrawn on decided proposals, by another person than the proposer": """
        SELECT a.id FROM grading_staraward a
        JOIN grading_starproposal p ON p.id = a.proposal_id
        LEFT JOIN grading_starproposal w ON w.id = a.withdrawal_id
        WHERE (p.what, p.state, p.building_id, p.stars) IS DISTINCT FROM ('award', 'approved', a.building_id, a.stars)
           OR p.decided_by_id = p.proposed_by_id
           OR w.id IS NOT NULL AND ((w.what, w.state, w.award_id) IS DISTINCT FROM ('withdraw', 'approved', a.id)
                                    OR w.decided_by_id = w.proposed_by_id)""",
    "an approved award of stars stands or has ended": """
        SELECT p.id FROM grading_starproposal p LEFT JOIN grading_staraward a ON a.proposal_id = p.id
        WHERE p.state = 'approved' AND p.what = 'award' AND a.id IS NULL""",
    "no building with a home in red keeps its stars without a proposal that waits or was refused": """
        SELECT a.building_id FROM grading_staraward a
        WHERE a.ended_at IS NULL AND EXISTS (
            SELECT FROM grading_standing s JOIN rentals_unit u ON u.id = s.unit_id
            WHERE u.building_id = a.building_id AND u.left_on IS NULL AND s.grade = 'red'
              AND s.graded_at > a.awarded_at)
          AND NOT EXISTS (SELECT FROM grading_starproposal p
                          WHERE p.award_id = a.id AND p.state IN ('proposed', 'refused'))""",
    "a look at emptiness is due at red homes only": """
        SELECT v.unit_id FROM grading_vacancycheck v JOIN grading_standing s ON s.unit_id = v.unit_id
        WHERE v.state = 'due' AND s.grade IS DISTINCT FROM 'red'""",
}
