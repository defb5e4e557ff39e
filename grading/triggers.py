"""What PostgreSQL itself refuses about cases: rules that look at more than one row."""

import pgtrigger


def red_is_left_after_another_look() -> pgtrigger.Trigger:
    """A red is not left while an urgent one waits for its confirmation, nor before someone who did not put it
    in has visited again. Only another version of the rules may lift a red without a visit.
    """
    return pgtrigger.Trigger(
        name="red_left_after_another_look",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Q(new__from_grade="red", new__state="approved", new__mark="assessed"),
        declare=[("red", "record")],
        func="""
            SELECT c.id, c.mark, c.inspected_by_id, c.earlier_inspectors, c.decided_by_id,
                   p.starts_at, a.rule_set_id INTO red
            FROM grading_gradeperiod p
            JOIN grading_gradechange c ON c.id = p.change_id
            JOIN grading_assessment a ON a.id = c.assessment_id
            WHERE p.unit_id = NEW.unit_id AND p.ends_at IS NULL AND p.grade = 'red';
            IF NOT FOUND THEN RETURN NEW; END IF;
            IF EXISTS (SELECT FROM grading_urgentred u WHERE u.change_id = red.id AND u.state = 'unconfirmed') THEN
                RAISE EXCEPTION 'an urgent red is confirmed or lifted first'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'gradechange_urgent_red_is_confirmed_first';
            END IF;
            IF (red.inspected_by_id IS NOT NULL OR red.mark = 'urgent')
                AND red.rule_set_id = (SELECT rule_set_id FROM grading_assessment WHERE id = NEW.assessment_id)
                AND NOT EXISTS (
                    SELECT FROM grading_visit v JOIN rentals_unit h ON h.building_id = v.building_id
                    WHERE h.id = NEW.unit_id AND v.submitted_at >= red.starts_at
                      AND v.by_id IS DISTINCT FROM red.inspected_by_id AND v.by_id <> ALL(red.earlier_inspectors)
                      AND (red.mark <> 'urgent' OR v.by_id <> red.decided_by_id)
                      AND NOT EXISTS (SELECT FROM grading_visitexception e
                                      WHERE e.visit_id = v.id AND e.unit_id = h.id)) THEN
                RAISE EXCEPTION 'a red is left only after another person has looked again'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'gradechange_red_left_after_another_look';
            END IF;
            RETURN NEW;
        """,
    )
