"""What must be true of documents, as queries for the rows that break it. `manage.py check_integrity`."""

CHECKS: dict[str, str] = {
    "numbers have no gaps": """
        SELECT s.id FROM letters_documentseries s
        LEFT JOIN letters_document d ON d.kind = s.kind AND d.year = s.year
        GROUP BY s.id HAVING count(d.id) <> s.last OR max(d.seq) <> s.last""",
    "every decision on red in force since the first letter has its letter": """
        SELECT c.id FROM grading_gradechange c
        LEFT JOIN letters_document d ON d.change_id = c.id
        WHERE c.state = 'approved' AND (c.to_grade = 'red' OR c.from_grade = 'red') AND d.id IS NULL
          AND c.decided_at > (SELECT min(issued_at) FROM letters_document WHERE change_id IS NOT NULL)""",
    "every award of stars has its document": """
        SELECT a.id FROM grading_staraward a
        LEFT JOIN letters_document d ON d.star_award_id = a.id AND d.kind = 'star'
        WHERE d.id IS NULL OR d.building_id <> a.building_id""",
    "every withdrawal of stars since the first such document has its document": """
        SELECT a.id FROM grading_staraward a
        LEFT JOIN letters_document d ON d.star_award_id = a.id AND d.kind = 'star_end'
        WHERE (a.ending = 'withdrawn') <> (d.id IS NOT NULL) AND (d.id IS NOT NULL OR a.ended_at >
              (SELECT min(issued_at) FROM letters_document WHERE kind = 'star_end'))""",
    "a document of a home is of its building": """
        SELECT d.id FROM letters_document d JOIN rentals_unit u ON u.id = d.unit_id
        WHERE u.building_id <> d.building_id""",
}
