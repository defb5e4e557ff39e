"""Every invariant that PostgreSQL holds is broken here on purpose, and PostgreSQL refuses.

A constraint or an append-only table without a case fails the two completeness tests.
"""

import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import AuditEvent, OneTimeCode, SecondStep, User
from communities.models import ResidentsCommittee
from fucheng.flows import photo_clearance
from grading.models import (
    Assessment,
    ExitItem,
    Finding,
    GradeChange,
    GradePeriod,
    HandOver,
    HazardEvent,
    Incident,
    IncidentCategory,
    Merit,
    Objection,
    PhotoClearance,
    Reply,
    RuleItem,
    RuleSet,
    SamplingShare,
    SecondVisit,
    SecondVisitDraw,
    SelfInspection,
    SelfReportedFault,
    SpotCheck,
    Standing,
    StarAward,
    StarProposal,
    UrgentRed,
    VacancyCheck,
    Visit,
    VisitException,
    VisitRequest,
    Watch,
)
from jobs.models import Chunk
from letters.models import Delivery, Document, DocumentSeries, Notice, Reading, TextMessage
from letters.services import issuing
from rentals.models import Landlord, Manager
from signage.models import (
    Printer,
    PrintItem,
    PublicToken,
    ScanCount,
    Sign,
    SignSettings,
    SignTask,
    WithdrawnToken,
)
from signage.services import tokens
from tests import factories, world
from tests.conftest import Cast
from tests.test_arrows import OURS
from tests.world import World

NOON = factories.NOON
Break = Callable[[World], object]
CASES: dict[str, Break] = {}


def breaks(name: str) -> Callable[[Break], Break]:
    def keep(case: Break) -> Break:
        CASES[name] = case
        return case

    return keep


def again(row, **fields):
    """A second row like this one."""
    copy = type(row).objects.get(pk=row.pk)
    copy.pk, copy._state.adding = None, True
    for name, value in fields.items():
        setattr(copy, name, value)
    copy.save(force_insert=True)


def change(row, **fields):
    return type(row)._base_manager.filter(pk=row.pk).update(**fields)


def building_board(w: World) -> Sign:
    sign = {"product": "building_board", "building": w.green.building, "serial": "FC7"}
    return Sign.objects.create(run=w.print_run, page=1, position=1, printed_at=NOON, **sign)


def committee_board(w: World) -> Sign:
    committee = ResidentsCommittee.objects.create(
        street=w.community.street, name="福安", starts_on=NOON.date()
    )
    sign = {"product": "village_board", "committee": committee, "serial": "FC7"}
    return Sign.objects.create(run=w.print_run, page=1, position=1, printed_at=NOON, **sign)


def editable(w: World) -> RuleSet:
    """The draft, before its what-if."""
    change(w.draft, state="draft")
    return w.draft


# accounts
breaks("secondstep_at_most_five_tries")(
    lambda w: SecondStep.objects.create(user=User.objects.create_user("two"), secret_sealed=b"x", tries=6)
)
breaks("onetimecode_at_most_five_tries")(
    lambda w: OneTimeCode.objects.create(
        phone_index=b"1", code_hash="x", sent_at=NOON, expires_at=NOON, tries=6
    )
)
breaks("user_landlord_has_phone")(lambda w: User.objects.create_user("nobody", kind="landlord"))

# jobs
breaks("job_asked_twice_is_one")(lambda w: [again(w.job, dedupe_key="k") for _ in range(2)])
breaks("job_never_over_its_total")(lambda w: change(w.job, done=w.job.total + 1))
breaks("chunk_once_in_job")(lambda w: [Chunk.objects.create(job=w.job, seq=1, size=1) for _ in range(2)])
breaks("chunk_running_under_lease")(lambda w: Chunk.objects.create(job=w.job, seq=1, size=1, state="running"))

# communities
breaks("street_signs_are_replaced_in_time")(lambda w: change(w.community.street, sign_days=0))
breaks("community_one_name_at_a_time")(lambda w: again(w.community))
breaks("community_ends_after_start")(lambda w: change(w.community, ends_on=w.community.starts_on))
breaks("grid_one_name_in_community")(lambda w: again(w.grid))
breaks("estate_one_name_in_community")(lambda w: again(w.estate))
breaks("post_local_role_has_community")(lambda w: change(w.post, community=None))
breaks("post_ends_after_start")(lambda w: change(w.post, ends_on=w.post.starts_on - timedelta(days=1)))
breaks("post_held_once_at_a_time")(lambda w: again(w.post, starts_on=date(2020, 2, 2)))

# rentals
breaks("unit_code_has_25_characters")(lambda w: change(w.green, code="440306014001"))


@breaks("landlord_without_identity_once_by_name_and_phone")
def _(w: World) -> None:
    for _i in range(2):
        Landlord.objects.create(name="李四", phone_index=None)


@breaks("manager_once_by_name_and_phone")
def _(w: World) -> None:
    for _i in range(2):
        Manager.objects.create(name="二房东", phone_index=None)


# grading: rules
breaks("ruleset_published_has_when")(lambda w: again(w.rule_set, version="9.9", published_at=None))
breaks("ruleset_draft_has_who_and_when")(lambda w: again(w.draft, version="9.9", drafted_by=None))
breaks("ruleset_published_by_a_second_person")(
    lambda w: change(
        w.draft,
        state="published",
        published_at=NOON,
        published_by=w.draft.drafted_by,
        publish_reason="会议通过",
    )
)
breaks("ruleset_one_published_a_day")(lambda w: again(w.rule_set, version="9.9"))
breaks("ruleset_five_thresholds_of_stars")(lambda w: change(editable(w), star_points=[90]))
breaks("ruleitem_code_once_in_version")(lambda w: again(editable(w).items.first()))
breaks("ruleitem_veto_has_a_cause")(
    lambda w: change(editable(w).items.filter(effect="veto").first(), red_cause="")
)
breaks("ruleitem_points_fit_effect")(
    lambda w: change(editable(w).items.filter(effect="cap").first(), points=5)
)
breaks("ruleitem_decay_only_of_points")(
    lambda w: change(editable(w).items.filter(effect="cap").first(), decay_days=30)
)

breaks("simulationcell_counts_its_homes")(lambda w: again(w.simulation.cells.get(), homes=2))
breaks("simulationcell_days_are_positive")(lambda w: again(w.simulation.cells.get(), days_after=0))

# grading: visits
breaks("visit_starts_before_it_is_sent")(
    lambda w: again(
        w.visit, client_id=uuid.uuid4(), started_at=NOON, submitted_at=NOON - timedelta(seconds=1)
    )
)


@breaks("visitexception_once_a_home")
def _(w: World) -> None:
    for why in ("refused", "nobody_home"):
        VisitException.objects.create(visit=w.visit, unit=w.green, why=why)


@breaks("finding_item_once_a_place")
def _(w: World) -> None:
    item = RuleItem.objects.get(rule_set=w.rule_set, code="H01")
    for _i in range(2):
        Finding.objects.create(visit=w.visit, unit=None, item=item)


@breaks("merit_item_once_a_place")
def _(w: World) -> None:
    finding = w.visit.findings.first()
    for _i in range(2):
        Merit.objects.create(building=w.building, item_code="H10", since=NOON.date(), finding=finding)


breaks("photo_belongs_to_one_thing")(lambda w: change(w.photo, report=w.report))

# grading: hazards and proofs
breaks("hazard_one_row_a_fault_and_place")(lambda w: again(w.hazard))
breaks("hazard_closed_has_when")(lambda w: change(w.hazard, state="closed"))
breaks("hazard_set_aside_only_while_closed")(
    lambda w: again(w.hazard, unit=w.green, item_code="H06", set_aside_on=NOON.date())
)
breaks("hazard_listed_only_in_common_parts")(lambda w: change(w.hazard, listed_at=NOON))
breaks("proof_one_waiting_a_hazard")(lambda w: again(w.proof))
breaks("proof_checked_has_who_and_when")(lambda w: change(w.proof, state="accepted"))
breaks("proof_refused_has_reason")(
    lambda w: change(
        w.proof, state="refused", checked_by=User.objects.get(name="reviewer"), checked_at=NOON, reason=""
    )
)
breaks("hazardreport_checked_has_who_and_when")(lambda w: change(w.report, state="checked"))

# grading: handling
breaks("hazard_escalated_only_while_open")(
    lambda w: again(w.spot_check.hazard, item_code="H06", escalated_at=NOON)
)
breaks("handover_one_open_a_hazard")(lambda w: again(w.hand_over))
breaks("handover_ended_has_who_when_what")(lambda w: change(w.hand_over, state="taken_back"))
breaks("handover_answered_says_by_whom")(
    lambda w: change(
        w.hand_over,
        state="answered",
        answer="好",
        recorded_by=User.objects.get(name="reviewer"),
        ended_at=NOON,
    )
)
breaks("samplingshare_is_a_percentage")(lambda w: SamplingShare.objects.update(percent=101))
breaks("spotcheck_drawn_below_the_share")(lambda w: change(w.spot_check, number=30))
breaks("spotcheck_settled_by_a_visit")(lambda w: change(w.spot_check, state="confirmed"))

# grading: incidents
breaks("incidentcategory_protected_never_counts")(
    lambda w: change(IncidentCategory.objects.get(pk="domestic"), item_code="F08")
)
breaks("incident_number_once_a_source")(lambda w: again(w.incident))
breaks("incident_protected_is_tied_to_no_home")(lambda w: change(w.incident, category="domestic"))
breaks("incident_matched_has_a_place")(lambda w: change(w.incident, state="matched"))
breaks("incident_confidence_is_a_percentage")(lambda w: change(w.incident, confidence=101))
breaks("incident_checked_has_who_and_when")(lambda w: change(w.incident, state="nowhere"))

# grading: from assessment to grade
breaks("assessment_score_0_to_100")(lambda w: change(Assessment.objects.first(), score=101))
breaks("gradechange_one_open_a_home")(lambda w: again(w.proposed))
breaks("gradechange_changes_the_grade")(lambda w: change(w.proposed, from_grade=w.proposed.to_grade))
breaks("gradechange_decided_has_who_when_why")(lambda w: change(w.proposed, state="returned"))


def decided(w: World, row: GradeChange, **fields):
    reviewer = User.objects.get(name="reviewer")
    given = {
        "state": "approved",
        "decided_as": "community",
        "decided_by": reviewer,
        "decided_at": NOON,
        "reason": "好",
    }
    return change(row, **(given | fields))


breaks("gradechange_red_only_by_the_panel")(lambda w: decided(w, w.with_panel))
breaks("gradechange_red_only_after_review")(lambda w: again(w.with_panel, reviewed_by=None, reviewed_at=None))
breaks("gradechange_never_by_the_inspector")(
    lambda w: decided(w, w.proposed, inspected_by=User.objects.get(name="reviewer"))
)
breaks("gradechange_never_by_an_earlier_inspector")(
    lambda w: decided(w, w.proposed, earlier_inspectors=[User.objects.get(name="reviewer").pk])
)
breaks("gradechange_urgent_is_the_panels_at_once")(lambda w: change(w.proposed, mark="urgent"))
breaks("gradechange_fell_back_to_red_before_the_panel")(lambda w: change(w.approved, mark="fell_back"))
breaks("gradechange_only_red_before_the_panel")(lambda w: change(w.proposed, state="with_panel"))
breaks("gradechange_panel_decides_what_was_handed_on")(
    lambda w: decided(w, w.proposed, decided_as="panel", decided_by=User.objects.get(name="panel"))
)
breaks("gradechange_returned_by_whom_it_lay_before")(lambda w: decided(w, w.with_panel, state="returned"))
breaks("urgentred_one_unconfirmed_a_home")(lambda w: again(w.urgent, change=w.proposed))
breaks("urgentred_ended_has_who_when_why")(lambda w: change(w.urgent, state="confirmed"))
breaks("urgentred_ended_by_another_member")(
    lambda w: change(w.urgent, state="confirmed", ended_by=w.urgent.decided_by, ended_at=NOON, answer="属实")
)
breaks("urgentred_lifted_has_its_change")(
    lambda w: change(
        w.urgent, state="lifted", ended_by=User.objects.get(name="panel"), ended_at=NOON, answer="查无"
    )
)
breaks("objection_answered_has_who_when_why")(lambda w: change(w.objection, state="rejected"))
breaks("objection_upheld_has_a_remedy")(
    lambda w: change(
        w.objection,
        state="upheld",
        answered_by=User.objects.get(name="office"),
        answered_at=NOON,
        answer="属实",
    )
)
breaks("objection_answered_by_whom_it_was_given_to")(
    lambda w: change(
        w.objection,
        state="rejected",
        assigned_to=world.second_panel_member(),
        assigned_at=NOON,
        answered_by=User.objects.get(name="office"),
        answered_at=NOON,
        answer="属实",
    )
)
breaks("objection_assigned_has_who_and_when")(lambda w: change(w.objection, state="assigned"))
breaks("visitrequest_one_open_a_home_and_cause")(lambda w: again(w.visit_request))
breaks("visitrequest_done_has_its_visit")(lambda w: change(w.visit_request, state="done"))
breaks("visitrequest_of_an_objection")(lambda w: change(w.visit_request, why="objection"))
breaks("reply_one_shown_a_decision")(lambda w: again(w.reply))
breaks("reply_hidden_has_who_and_why")(lambda w: change(w.reply, hidden_at=NOON))
breaks("reply_says_something")(lambda w: again(w.reply, text="", change=w.proposed))
breaks("exititem_once_a_request")(lambda w: again(w.delisting.items.get()))
breaks("exititem_seen_at_a_visit")(lambda w: change(w.delisting.items.get(), visit=w.visit))
breaks("watch_ends_after_it_starts")(
    lambda w: again(w.watch, change=w.proposed, until=w.watch.starts_on - timedelta(days=1))
)
breaks("gradeperiod_one_grade_at_a_time")(
    lambda w: GradePeriod.objects.create(
        unit=w.green, grade="yellow", starts_at=NOON + timedelta(days=1), change=w.proposed
    )
)
breaks("standing_graded_has_when")(lambda w: Standing.objects.filter(unit=w.green).update(graded_at=None))
breaks("delistingrequest_one_open_a_home")(lambda w: again(w.delisting))
breaks("delistingrequest_never_on_paper_alone")(
    lambda w: again(w.delisting, unit=w.green, state="granted", ended_at=NOON)
)
breaks("delistingrequest_ended_has_when")(lambda w: change(w.delisting, state="refused"))


# grading: second visits
def second(w: World, **fields):
    draw = SecondVisitDraw.objects.create(
        at=NOON, by=w.staff, first_on=NOON.date(), last_on=NOON.date(), seed="s", pool=1
    )
    other = User.objects.get(name="grid2")
    given = {"first": w.visit, "first_by": w.staff, "assigned_to": other, "building": w.building}
    return SecondVisit.objects.create(draw=draw, due_on=NOON.date(), **(given | fields))


breaks("secondvisit_by_another_person")(lambda w: second(w, assigned_to=w.staff))
breaks("secondvisit_is_another_visit")(lambda w: second(w, visit=w.visit))


@breaks("secondvisit_one_waiting_a_building")
def _(w: World) -> None:
    again(w.visit, client_id=uuid.uuid4())
    for first in Visit.objects.filter(building=w.building):
        second(w, first=first)


# grading: self-inspections
def said(w: World, **fields):
    given = {"month": NOON.date().replace(day=1), "rule_set": w.rule_set, "by": w.staff, "sent_at": NOON}
    return SelfInspection.objects.create(unit=w.green, **(given | fields))


def reported(w: World):
    item = RuleItem.objects.get(rule_set=w.rule_set, code="H05")
    return SelfReportedFault.objects.create(inspection=said(w), item=item)


breaks("selfinspection_once_a_month")(lambda w: [said(w) for _ in range(2)])
breaks("selfinspection_looked_at_has_outcome")(lambda w: said(w, visit=w.visit))
breaks("selfinspection_sampled_gains_nothing")(lambda w: said(w, verify_by=NOON.date(), gained_days=1))
breaks("selfreportedfault_item_once")(lambda w: again(reported(w)))

# grading: stars
by_whom = {"decided_at": NOON, "answer": "不同意"}
breaks("starproposal_one_open_a_building")(lambda w: again(w.star_proposal))
breaks("starproposal_1_to_5_stars")(lambda w: again(w.star_award.proposal, stars=6))
breaks("starproposal_withdrawal_has_award_and_cause")(lambda w: again(w.star_award.proposal, cause="red"))
breaks("starproposal_has_a_reason")(lambda w: again(w.star_award.proposal, reason=""))
breaks("starproposal_decided_has_who_when_why")(lambda w: change(w.star_proposal, state="approved"))
breaks("starproposal_decided_by_another")(
    lambda w: change(w.star_proposal, state="refused", decided_by=w.star_proposal.proposed_by, **by_whom)
)
breaks("staraward_ended_has_when_and_how")(lambda w: change(w.star_award, ended_at=NOON))
breaks("staraward_withdrawn_has_its_proposal")(
    lambda w: change(w.star_award, ended_at=NOON, ending="withdrawn")
)


@breaks("staraward_one_in_force_a_building")
def _(w: World) -> None:
    again(w.star_award.proposal)
    again(w.star_award, proposal=StarProposal.objects.get(state="approved", star_award=None))


# grading: red homes
looked = {"state": "answered", "answered_at": NOON}
breaks("vacancycheck_one_due_a_home")(lambda w: again(w.vacancy_check))
breaks("vacancycheck_answered_has_who_when_what")(lambda w: change(w.vacancy_check, **looked))
breaks("vacancycheck_let_is_handed_over")(
    lambda w: change(w.vacancy_check, answer="let", answered_by=w.staff, **looked)
)

# signage
breaks("publictoken_is_22_base62")(lambda w: PublicToken.objects.filter(unit=w.green).update(token="short"))
breaks("printfile_once_in_run")(lambda w: again(w.print_file))
breaks("sign_one_on_the_wall")(lambda w: again(w.posted, serial="FC9"))
breaks("sign_one_in_hand")(lambda w: again(w.printed, serial="FC9"))
breaks("sign_stands_at_the_place_of_its_product")(lambda w: change(w.posted, estate=w.estate))
breaks("sign_issued_has_who_and_when")(lambda w: change(w.printed, state="issued"))
breaks("sign_ended_has_when")(lambda w: change(w.printed, state="void"))
breaks("sign_lost_or_refused_has_a_reason")(lambda w: change(w.printed, state="lost", ended_at=NOON))
breaks("signtask_one_open_a_kind")(lambda w: again(w.sign_task))
breaks("signtask_done_has_who_and_when")(lambda w: change(w.sign_task, state="done"))


def hung_twice(row: Sign) -> None:
    for serial in ("FC8", "FC9"):
        again(row, serial=serial, state="posted", posted_at=NOON, posted_by=row.run.by)


for place, wall, made in (
    ("estate", "sign_one_at_an_estate", lambda w: w.board),
    ("building", "sign_one_at_a_building", lambda w: building_board(w)),
    ("committee", "sign_one_of_a_committee", lambda w: committee_board(w)),
):
    breaks(wall)(lambda w, made=made: hung_twice(made(w)))
    breaks(f"sign_one_in_hand_for_{place}")(lambda w, made=made: again(made(w), serial="FC9"))


@breaks("scancount_once_a_day")
def _(w: World) -> None:
    for _i in range(2):
        ScanCount.objects.create(day=NOON.date(), what="dead")


breaks("sign_posted_has_who_and_when")(lambda w: change(w.posted, posted_by=None))


@breaks("printitem_of_one_place")
def _(w: World) -> None:
    PrintItem.objects.create(run=w.print_run, ordinal=1, unit=w.green, estate=w.estate)


@breaks("printitem_once_in_run")
def _(w: World) -> None:
    for _i in range(2):
        PrintItem.objects.create(run=w.print_run, ordinal=1, unit=w.green)


breaks("printitem_photo_only_of_a_building")(
    lambda w: PrintItem.objects.create(run=w.print_run, ordinal=1, unit=w.green, photo=w.photo)
)
breaks("printer_offset_at_most_20_mm")(lambda w: Printer.objects.create(name="p", offset_x=21))
breaks("printer_gap_at_most_9_mm")(lambda w: Printer.objects.create(name="p", gap_y=10))
breaks("signsettings_has_a_hotline")(
    lambda w: SignSettings.objects.create(
        hotline="", office="街道", programme="x", scan="x", by=w.staff, at=NOON
    )
)

# letters
breaks("documentseries_once_a_kind_and_year")(lambda w: again(DocumentSeries.objects.first()))
breaks("document_once_for_a_decision")(lambda w: again(w.letter, visit=None))
breaks("document_once_for_a_visit_and_place")(lambda w: again(w.owed_letter))
breaks("document_ready_has_its_file")(lambda w: change(w.owed_letter, state="ready"))
breaks("delivery_at_the_door_has_a_photo")(lambda w: again(w.delivery, photo=""))
breaks("delivery_by_hand_or_post_has_to_whom")(lambda w: again(w.delivery, how="post", to=""))
breaks("delivery_one_in_the_inbox")(lambda w: again(w.letter.deliveries.get(how="inbox")))
breaks("reading_first_time_only")(lambda w: again(w.letter.readings.get()))


breaks("notice_to_one_person")(lambda w: change(w.text_message.notice, user=w.staff))
breaks("textmessage_sent_has_when")(lambda w: change(w.text_message, sent_at=NOON))
breaks("textmessage_sending_under_lease")(lambda w: change(w.text_message, state="sending"))
breaks("textmessage_not_sent_says_why")(lambda w: change(w.text_message, state="given_up"))


@breaks("document_once_for_an_award_and_its_end")
def _(w: World) -> None:
    for _time in range(2):
        issuing.award_stars(award_id=w.star_award.pk, by=w.office, at=NOON)


@breaks("document_number_once_a_kind_and_year")
def _(w: World) -> None:
    """Even when somebody turns the counter back."""
    DocumentSeries.objects.filter(kind=w.letter.kind).update(last=0)
    again(w.letter, change=None)


@pytest.fixture
def prepared(cast: Cast) -> World:
    return world.build(cast)


def test_every_named_constraint_has_a_case() -> None:
    named = {constraint.name for model in OURS for constraint in model._meta.constraints}
    assert named == set(CASES)


def test_postgres_refuses_every_break_by_the_name_of_the_constraint(prepared: World) -> None:
    wrong = {}
    for name, case in CASES.items():
        try:
            with transaction.atomic():
                case(prepared)
        except IntegrityError as error:
            broken = error.__cause__.diag.constraint_name
            if broken != name:
                wrong[name] = broken
        else:
            wrong[name] = "let through"
    assert wrong == {}


def test_the_database_has_the_constraints_of_the_models(db: None) -> None:
    named = {constraint.name for model in OURS for constraint in model._meta.constraints}
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes")
        assert named <= {row[0] for row in cursor.fetchall()}


def cleared(w: World) -> None:
    photo = factories.common_photo(w.building, w.staff)
    photo_clearance.clear(photo_id=photo.pk, by=w.office, at=NOON)


APPEND_ONLY = [
    AuditEvent,
    Delivery,
    HazardEvent,
    PhotoClearance,
    Reading,
    SecondVisitDraw,
    SelfReportedFault,
    SignSettings,
    Visit,
    Watch,
    WithdrawnToken,
]
KEPT = [
    *APPEND_ONLY,
    Document,
    DocumentSeries,
    ExitItem,
    GradeChange,
    GradePeriod,
    HandOver,
    Incident,
    Notice,
    Objection,
    Printer,
    Reply,
    SecondVisit,
    SelfInspection,
    Sign,
    SignTask,
    SpotCheck,
    StarAward,
    StarProposal,
    TextMessage,
    UrgentRed,
    VacancyCheck,
    VisitRequest,
]
MADE: dict[type, Break] = {
    PhotoClearance: cleared,
    SecondVisit: second,
    SecondVisitDraw: second,
    SelfInspection: said,
    SelfReportedFault: reported,
    WithdrawnToken: lambda w: tokens.renew(unit_id=w.green.pk, by=w.office, at=NOON, reason="被盗"),
}  # of what the world has none
REFUSED = r"pgtrigger: Cannot (update or delete|delete|truncate) rows"


def with_trigger(name: str) -> set[type]:
    return {m for m in OURS if name in {t.name for t in getattr(m._meta, "triggers", ())}}


def test_every_protected_table_is_tried() -> None:
    assert with_trigger("append_only") == with_trigger("no_truncate") == set(APPEND_ONLY)
    assert with_trigger("append_only") | with_trigger("no_delete") == set(KEPT)


def refused(sql: str) -> bool:
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return True


@pytest.mark.parametrize("model", APPEND_ONLY, ids=lambda model: model.__name__)
def test_append_only_tables_refuse_update_delete_and_truncate(prepared: World, model: type) -> None:
    table = model._meta.db_table
    MADE.get(model, str)(prepared)
    assert model.objects.exists()
    with connection.cursor() as cursor:  # else the waiting foreign keys refuse the TRUNCATE first
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert refused(f"UPDATE {table} SET id = id")
    assert refused(f"DELETE FROM {table}")
    assert refused(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("model", KEPT, ids=lambda model: model.__name__)
def test_kept_tables_refuse_delete(prepared: World, model: type) -> None:
    MADE.get(model, str)(prepared)
    assert model.objects.exists()
    assert refused(f"DELETE FROM {model._meta.db_table}")
