"""What PostgreSQL itself refuses about cases: rules that look at more than one row."""

import pgtrigger

from accounts.roles import Permission
from communities.triggers import Actor, done_by_their_post

_AT_UNIT = """(SELECT b.community_id FROM rentals_unit u JOIN rentals_building b ON b.id = u.building_id
                WHERE u.id = NEW.unit_id)"""
_AT_HAZARD = """(SELECT b.community_id FROM grading_hazard h JOIN rentals_building b ON b.id = h.building_id
                  WHERE h.id = NEW.hazard_id)"""
_AT_PHOTO = """(SELECT b.community_id FROM grading_photo p JOIN grading_finding f ON f.id = p.finding_id
                 JOIN grading_visit v ON v.id = f.visit_id JOIN rentals_building b ON b.id = v.building_id
                 WHERE p.id = NEW.photo_id)"""
_AT_BUILDING = "(SELECT b.community_id FROM rentals_building b WHERE b.id = NEW.building_id)"


def change_done_by_their_post() -> pgtrigger.Trigger:
    """Reviewed by the community, decided by the community or the panel: by people who serve there as that."""
    here = "NEW.community_id"
    return done_by_their_post(
        Actor("reviewed_by_id", (Permission.GRADE_REVIEW,), here),
        Actor("decided_by_id", (Permission.GRADE_DECIDE,), here, "NEW.decided_as = 'community'"),
        Actor("decided_by_id", (Permission.GRADE_DECIDE_RED,), here, "NEW.decided_as = 'panel'"),
    )


def rule_set_done_by_their_post() -> pgtrigger.Trigger:
    """The first version of a street, which comes from no other, is published by whoever founds the street."""
    held, when = (Permission.RULES_EDIT,), "NEW.based_on_id IS NOT NULL"
    return done_by_their_post(
        Actor("drafted_by_id", held, when=when),
        Actor("edited_by_id", held, when=when, stays=False),
        Actor("published_by_id", held, when=when),
    )


def of_unit_done_by_their_post(**columns: tuple[Permission, ...]) -> pgtrigger.Trigger:
    return done_by_their_post(*(Actor(f"{name}_id", held, _AT_UNIT) for name, held in columns.items()))


def of_hazard_done_by_their_post(**columns: tuple[Permission, ...]) -> pgtrigger.Trigger:
    return done_by_their_post(*(Actor(f"{name}_id", held, _AT_HAZARD) for name, held in columns.items()))


def objection_done_by_their_post() -> pgtrigger.Trigger:
    answers = (Permission.OBJECTION_ANSWER,)
    return done_by_their_post(
        Actor("filed_by_id", (Permission.OBJECTION_FILE,), _AT_UNIT),
        Actor("assigned_to_id", answers, _AT_UNIT, stays=False),
        Actor("answered_by_id", answers, _AT_UNIT),
    )


def proof_done_by_their_post() -> pgtrigger.Trigger:
    """Who closes the hazard accepts the proof that waits: the community, a visit, an answer to an objection, the
    panel that lifts its urgent red. Only the community refuses one.
    """
    checks = (Permission.HAZARD_VERIFY,)
    closes = (Permission.VISIT_SUBMIT, Permission.OBJECTION_ANSWER, Permission.GRADE_DECIDE_RED)
    return done_by_their_post(
        Actor("sent_by_id", (Permission.PROOF_SEND,), _AT_HAZARD),
        Actor("checked_by_id", checks, _AT_HAZARD, "NEW.state = 'refused'"),
        Actor("checked_by_id", (*checks, *closes), _AT_HAZARD, "NEW.state = 'accepted'"),
    )


def clearance_done_by_their_post() -> pgtrigger.Trigger:
    """Who says at the place that a photo shows nobody."""
    return done_by_their_post(Actor("by_id", (Permission.PHOTO_CLEAR,), _AT_PHOTO))


def cleared_by_another_in_common_parts() -> pgtrigger.Trigger:
    """A photo of a home never hangs in public, and nobody alone takes a photo and says that it may."""
    return pgtrigger.Trigger(
        name="by_another_in_common_parts",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func="""
            IF NOT EXISTS (SELECT FROM grading_photo p JOIN grading_finding f ON f.id = p.finding_id
                           JOIN grading_hazard h ON h.id = f.hazard_id
                           WHERE p.id = NEW.photo_id AND h.unit_id IS NULL AND f.seen = 'fault') THEN
                RAISE EXCEPTION 'only a photo of a hazard of the common parts is cleared'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'photoclearance_of_common_parts';
            END IF;
            IF NEW.shows_nobody AND EXISTS (SELECT FROM grading_photo p
                                            WHERE p.id = NEW.photo_id AND p.taken_by_id = NEW.by_id) THEN
                RAISE EXCEPTION 'who took a photo does not clear it'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'photoclearance_by_another';
            END IF;
            RETURN NEW;
        """,
    )


def of_building_done_by_their_post(**columns: tuple[Permission, ...]) -> pgtrigger.Trigger:
    return done_by_their_post(*(Actor(f"{name}_id", held, _AT_BUILDING) for name, held in columns.items()))


def red_is_left_after_another_look() -> pgtrigger.Trigger:
    """A red is not left while an urgent one waits for its confirmation, nor before someone who did not put it
    in has visited again. A red that nobody inspected was put in by who decided it. Only another version of the
    rules may lift a red without a visit.
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
            IF red.rule_set_id = (SELECT rule_set_id FROM grading_assessment WHERE id = NEW.assessment_id)
                AND NOT EXISTS (
                    SELECT FROM grading_visit v JOIN rentals_unit h ON h.building_id = v.building_id
                    WHERE h.id = NEW.unit_id AND v.submitted_at >= red.starts_at
                      AND v.by_id <> coalesce(red.inspected_by_id, red.decided_by_id)
                      AND v.by_id <> ALL(red.earlier_inspectors)
                      AND (red.mark <> 'urgent' OR v.by_id <> red.decided_by_id)
                      AND NOT EXISTS (SELECT FROM grading_visitexception e
                                      WHERE e.visit_id = v.id AND e.unit_id = h.id)) THEN
                RAISE EXCEPTION 'a red is left only after another person has looked again'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'gradechange_red_left_after_another_look';
            END IF;
            RETURN NEW;
        """,
    )


_TOOK_PART = """
    SELECT FROM grading_gradechange c
    JOIN grading_assessment a ON a.id = c.assessment_id
    LEFT JOIN grading_visit v ON v.id = a.visit_id
    WHERE c.id = {change} AND ({person} IN (c.inspected_by_id, c.reviewed_by_id, c.decided_by_id, v.by_id)
         OR {person} = ANY(c.earlier_inspectors))
"""


def objection_in_time_and_answered_by_another() -> pgtrigger.Trigger:
    """Filed within 21 days of the decision; given to and answered by nobody who took part in it."""
    took_part = _TOOK_PART.format(change="NEW.change_id", person="person")
    return pgtrigger.Trigger(
        name="in_time_and_by_another",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        declare=[("decided", "timestamptz"), ("person", "integer")],
        func=f"""
            SELECT c.decided_at INTO decided FROM grading_gradechange c WHERE c.id = NEW.change_id;
            IF decided IS NULL OR (NEW.filed_at AT TIME ZONE 'Asia/Shanghai')::date
                    > (decided AT TIME ZONE 'Asia/Shanghai')::date + 21 THEN
                RAISE EXCEPTION 'an objection is filed within 21 days of the decision'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'objection_filed_in_time';
            END IF;
            FOREACH person IN ARRAY ARRAY[NEW.assigned_to_id, NEW.answered_by_id] LOOP
                IF EXISTS ({took_part}) THEN
                    RAISE EXCEPTION 'who took part in a decision does not answer the objection to it'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'objection_answered_by_another';
                END IF;
            END LOOP;
            RETURN NEW;
        """,
    )


def revisit_by_another() -> pgtrigger.Trigger:
    """The visit that an upheld objection asked for is not made by a person who took part in the decision."""
    took_part = _TOOK_PART.format(
        change="(SELECT o.change_id FROM grading_objection o WHERE o.id = NEW.objection_id)",
        person="(SELECT w.by_id FROM grading_visit w WHERE w.id = NEW.visit_id)",
    )
    return pgtrigger.Trigger(
        name="revisit_by_another",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Q(new__why="objection", new__state="done"),
        func=f"""
            IF EXISTS ({took_part}) THEN
                RAISE EXCEPTION 'who took part in a decision does not visit again for the objection to it'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'visitrequest_revisited_by_another';
            END IF;
            RETURN NEW;
        """,
    )


def reply_is_never_edited() -> pgtrigger.Trigger:
    return pgtrigger.ReadOnly(name="never_edited", fields=["unit", "change", "text", "by", "at"])


def granted_when_all_is_mended() -> pgtrigger.Trigger:
    """A request is granted only when the re-inspection found every reason of the red mended."""
    return pgtrigger.Trigger(
        name="granted_when_all_is_mended",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Q(new__state="granted"),
        func="""
            IF EXISTS (SELECT FROM grading_exititem i WHERE i.request_id = NEW.id AND i.seen <> 'mended') THEN
                RAISE EXCEPTION 'a reason of the red was not found mended'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'delistingrequest_granted_when_all_is_mended';
            END IF;
            RETURN NEW;
        """,
    )


def fell_back_under_watch() -> pgtrigger.Trigger:
    """Only a home under watch falls back; every other red is reviewed by the community first."""
    return pgtrigger.Trigger(
        name="fell_back_under_watch",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Q(new__mark="fell_back"),
        func="""
            IF NOT EXISTS (
                SELECT FROM grading_watch w WHERE w.unit_id = NEW.unit_id
                AND (NEW.proposed_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN w.starts_on AND w.until) THEN
                RAISE EXCEPTION 'this home is not under watch'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'gradechange_fell_back_under_watch';
            END IF;
            RETURN NEW;
        """,
    )


def award_follows_its_decision() -> pgtrigger.Trigger:
    """Stars hang on an approved proposal for this building and number, and are withdrawn by one for this award."""
    return pgtrigger.Trigger(
        name="follows_its_decision",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func="""
            IF NOT EXISTS (SELECT FROM grading_starproposal p WHERE p.id = NEW.proposal_id AND p.state = 'approved'
                           AND p.what = 'award' AND p.building_id = NEW.building_id AND p.stars = NEW.stars) THEN
                RAISE EXCEPTION 'stars are awarded on an approved proposal only'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'staraward_on_an_approved_proposal';
            END IF;
            IF NEW.withdrawal_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM grading_starproposal p WHERE p.id = NEW.withdrawal_id AND p.state = 'approved'
                AND p.what = 'withdraw' AND p.award_id = NEW.id) THEN
                RAISE EXCEPTION 'stars are withdrawn on an approved proposal only'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'staraward_withdrawn_on_an_approved_proposal';
            END IF;
            RETURN NEW;
        """,
    )


def empty_check_is_of_a_red() -> pgtrigger.Trigger:
    """Only a red decision in force has its home looked at for emptiness."""
    return pgtrigger.Trigger(
        name="is_of_a_red",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func="""
            IF NOT EXISTS (SELECT FROM grading_gradechange c WHERE c.id = NEW.change_id AND c.unit_id = NEW.unit_id
                           AND c.to_grade = 'red' AND c.state = 'approved') THEN
                RAISE EXCEPTION 'a vacancy check belongs to a red in force of this home'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'vacancycheck_of_a_red';
            END IF;
            RETURN NEW;
        """,
    )
