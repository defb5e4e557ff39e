"""Documents follow decisions and visits: numbered without gaps, frozen, told in full, delivered and read."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction

from accounts.models import AuditEvent, User
from accounts.roles import Role
from core.dates import day_of
from core.errors import Conflict, Invalid, NotAllowed, OutOfScope
from core.integrity import broken_rows
from fucheng.flows import document_rendering, documents, grade_change
from grading.models import GradeChange, Standing
from grading.services import explaining, photos
from grading.services.hazards import Seen
from jobs import running
from letters import integrity
from letters.models import Document, DocumentSeries, Reading
from letters.services import issuing, rendering
from letters.services.composing import ObjectionAnswer
from rentals.models import Landlord
from tests import factories
from tests.conftest import Cast
from tests.factories import pay_visit
from tests.flows.conftest import Place
from tests.letters.conftest import whole

NOON = factories.NOON
DAY = timedelta(days=1)


def red(cast: Cast, place: Place) -> GradeChange:
    """The first home turns red by the panel's decision."""
    pay_visit(
        place.building, cast.grid, [Seen("L06", place.home.pk, note="三桌麻将"), Seen("H05", place.home.pk)]
    )
    change = GradeChange.objects.open().get(unit=place.home)
    grade_change.review(change_id=change.pk, by=cast.reviewer, at=NOON, reason="属实")
    return grade_change.approve(change_id=change.pk, by=cast.panel, at=NOON, reason="情况属实，同意")


def made(document: Document) -> str:
    """The text of its PDF."""
    assert rendering.render(document.pk, at=NOON)
    document.refresh_from_db()
    assert document.state == "ready", document.failure
    return whole(rendering.file_of(document))


def letter_of(place: Place, kind: str = "no_rental") -> Document:
    return Document.objects.get(unit=place.home, kind=kind)


class TestIssuing:
    def test_red_in_force_owes_a_letter_in_the_same_transaction(self, cast: Cast, place: Place) -> None:
        change = red(cast, place)
        letter = letter_of(place)
        assert (letter.state, letter.change, letter.landlord, letter.issued_by) == (
            "owed",
            change,
            place.home.landlord,
            cast.panel,
        )
        assert str(letter) == "福城租告〔2026〕1号"

    def test_a_decision_that_fails_leaves_no_letter_and_no_number(
        self, cast: Cast, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        original = issuing.after_decisions

        def explode(*args: Any, **more: Any) -> None:
            original(*args, **more)
            raise RuntimeError

        monkeypatch.setattr(issuing, "after_decisions", explode)
        with pytest.raises(RuntimeError):
            red(cast, place)
        monkeypatch.undo()
        change = GradeChange.objects.get(unit=place.home, state="with_panel")
        grade_change.approve(change_id=change.pk, by=cast.panel, at=NOON, reason="同意")
        assert letter_of(place).number == "福城租告〔2026〕1号"

    def test_a_visit_owes_one_notice_for_each_place_with_a_grave_hazard(
        self, cast: Cast, place: Place
    ) -> None:
        first, second, _third = place.homes
        seen = [Seen("F02", first.pk), Seen("H03", first.pk), Seen("H05", second.pk), Seen("H02", None)]
        pay_visit(place.building, cast.grid, seen)
        assert [(d.unit, d.landlord) for d in Document.objects.order_by("pk")] == [
            (first, first.landlord),
            (None, first.landlord),
        ]
        pay_visit(place.building, cast.grid, [Seen("F02", first.pk)], at=NOON + DAY)
        assert Document.objects.count() == 2  # seen again is no new notice

    def test_common_parts_of_several_owners_are_addressed_to_all_of_them(
        self, cast: Cast, place: Place
    ) -> None:
        factories.units(place.building, 1, owner=factories.landlord("李四", "10000000009"))
        pay_visit(place.building, cast.grid, [Seen("H02", None)])
        notice = Document.objects.get()
        assert notice.landlord is None
        assert f"{place.building}各业主、管理人：" in made(notice)
        assert Document.objects.visible_to(cast.landlord).get() == notice

    def test_staff_may_ask_for_a_notice_about_all_that_is_open(self, cast: Cast, place: Place) -> None:
        pay_visit(place.building, cast.grid, [Seen("H05", place.home.pk)])
        notice = documents.request_rectification(unit_id=place.home.pk, by=cast.reviewer, at=NOON)
        assert "烟感缺失或失灵（检查项H05，2026年5月12日发现）；扣5分；请于2026年5月21日前整改完毕" in made(
            notice
        )

    def test_without_anything_open_there_is_nothing_to_write(self, cast: Cast, place: Place) -> None:
        with pytest.raises(Conflict):
            documents.request_rectification(unit_id=place.home.pk, by=cast.reviewer, at=NOON)

    def test_neither_a_grid_worker_nor_another_community_issues(self, cast: Cast, place: Place) -> None:
        with pytest.raises(NotAllowed):
            documents.request_rectification(unit_id=place.home.pk, by=cast.grid, at=NOON)
        with pytest.raises(OutOfScope):
            documents.request_rectification(unit_id=place.home.pk, by=cast.reviewer2, at=NOON)


def delisted(cast: Cast, place: Place) -> Document:
    red(cast, place)
    other = factories.person("another-worker", Role.GRID_WORKER, cast.fumin)
    pay_visit(place.building, other, [Seen("L06", place.home.pk, "mended")], at=NOON + DAY)
    change = GradeChange.objects.open().get(unit=place.home)
    grade_change.review(change_id=change.pk, by=cast.reviewer, at=NOON + DAY, reason="复查合格")
    grade_change.decide_many(
        verb="approve", change_ids=[change.pk], by=cast.panel, at=NOON + DAY, reason="同意摘牌"
    )
    return letter_of(place, "delisting")


def every_kind(cast: Cast, place: Place) -> list[Document]:
    delisting = delisted(cast, place)
    answer = ObjectionAnswer(
        "YY-2026-1", NOON.date(), "房东称麻将机为自用。", False, ["现场照片显示对外营业。"], "维持原评定"
    )
    stars = factories.star_award(place.building)
    over = factories.withdrawn_stars(factories.building(cast.fumin))
    return [
        letter_of(place),
        letter_of(place, "rectify"),
        delisting,
        issuing.answer_objection(unit_id=place.home.pk, answer=answer, by=cast.office, at=NOON),
        issuing.award_stars(award_id=stars.pk, by=cast.office, at=NOON),
        issuing.withdraw_stars(award_id=over.pk, by=cast.office, at=NOON),
    ]


class TestWords:
    def test_every_kind_says_what_it_is_not_and_how_and_until_when_to_object(
        self, cast: Cast, place: Place
    ) -> None:
        for document in every_kind(cast, place):
            text = made(document)
            until = day_of(document.issued_at) + timedelta(days=21)
            assert "管理信息，不是行政处罚" in text, document
            assert f"{until.year}年{until.month}月{until.day}日前（作出之日起21日内）" in text, document
            assert "自收到之日起21日内，由未参与检查和评定的人员答复" in text, document
            assert "0755-12345" in text, document
            assert document.number in text, document

    def test_the_letter_has_the_reasons_line_by_line_with_the_sum_of_the_pages(
        self, cast: Cast, place: Place
    ) -> None:
        red(cast, place)
        text = made(letter_of(place))
        standing = Standing.objects.select_related("assessment__rule_set").get(unit=place.home)
        explanation = explaining.explain(standing.assessment)
        for line in explanation.lines:
            assert f"{line.item.fault_zh}（检查项{line.item_code}，2026年5月12日发现）" in text
        assert f"综合得分：100分－H类5分＝{explanation.score}分。" in text
        assert "一票否决，消除前评定为禁止级" in text
        assert "现场记录：三桌麻将" in text
        assert "评定小组意见：情况属实，同意。" in text
        assert "王小明：" in text

    def test_the_delisting_decision_names_the_new_grade_and_what_is_left(
        self, cast: Cast, place: Place
    ) -> None:
        text = made(delisted(cast, place))
        assert "自2026年5月13日起，该出租屋由禁止级调整为宽管级" in text
        assert "烟感缺失或失灵" in text

    def test_the_legal_source_stands_beside_each_fault(self, cast: Cast, place: Place) -> None:
        pay_visit(place.building, cast.grid, [Seen("F02", place.home.pk)])
        assert "依据：《深圳经济特区消防条例》" in made(letter_of(place, "rectify"))


class TestFile:
    def test_printing_again_gives_the_same_bytes_even_when_the_file_was_lost(
        self, cast: Cast, place: Place
    ) -> None:
        red(cast, place)
        letter = letter_of(place)
        made(letter)
        first = rendering.file_of(letter)
        default_storage.delete(letter.file)
        place.home.landlord.name = "别人"
        place.home.landlord.save()
        assert rendering.file_of(letter) == first

    def test_other_bytes_in_storage_are_not_handed_out(self, cast: Cast, place: Place) -> None:
        red(cast, place)
        letter = letter_of(place)
        made(letter)
        with default_storage.open(letter.file, "wb") as stored:
            stored.write(b"%PDF forged")
        with pytest.raises(rendering.FileChangedError):
            rendering.file_of(letter)

    def test_a_rare_character_fails_the_document_with_its_name(self, cast: Cast, place: Place) -> None:
        Landlord.objects.update(name="王𪚥")
        red(cast, place)
        letter = letter_of(place)
        assert rendering.render(letter.pk, at=NOON)
        letter.refresh_from_db()
        assert (letter.state, letter.failure) == ("failed", "missing_glyph: 𪚥 U+2A6A5")
        documents.try_again(document_id=letter.pk, by=cast.reviewer)
        letter.refresh_from_db()
        assert letter.state == "owed"

    def test_a_job_makes_what_is_owed_once(self, cast: Cast, place: Place) -> None:
        every_kind(cast, place)
        job = document_rendering.ask(at=NOON)
        assert running.drain(job.pk, wait=True).result == {"made": 6}
        assert set(Document.objects.values_list("state", flat=True)) == {"ready"}
        assert document_rendering.ask(at=NOON) is None
        assert not rendering.render(Document.objects.first().pk, at=NOON)

    @pytest.mark.parametrize(
        "change",
        ["data = '{}'", "seq = 99", "prefix = '别处'", "state = 'owed'", "issued_by_id = NULL", "file = 'x'"],
    )
    def test_an_issued_document_cannot_be_changed_by_any_hand(
        self, cast: Cast, place: Place, change: str
    ) -> None:
        red(cast, place)
        letter = letter_of(place)
        made(letter)
        with (
            pytest.raises(DatabaseError, match="Cannot change an issued document"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE letters_document SET {change} WHERE id = %s", [letter.pk])


class TestDelivery:
    @pytest.fixture
    def letter(self, cast: Cast, place: Place) -> Document:
        red(cast, place)
        letter = letter_of(place)
        made(letter)
        return letter

    def deliver(self, letter: Document, by: User, **more: Any) -> None:
        given: dict[str, Any] = {"how": "in_person", "to": "业主本人", "note": "", "photo": ""} | more
        documents.deliver(document_id=letter.pk, by=by, at=NOON, **given)

    def test_a_finished_document_lies_in_the_landlords_inbox(self, letter: Document) -> None:
        assert [(d.how, d.to) for d in letter.deliveries.all()] == [("inbox", "王**")]

    def test_the_inbox_alone_leaves_it_on_the_list_to_carry(self, cast: Cast, letter: Document) -> None:
        assert letter in Document.objects.undelivered()
        self.deliver(letter, cast.grid)
        assert letter not in Document.objects.undelivered()

    def test_at_the_door_a_photo_is_the_proof(self, cast: Cast, letter: Document) -> None:
        with pytest.raises(Invalid):
            self.deliver(letter, cast.grid, how="door")
        self.deliver(letter, cast.grid, how="door", to="", photo=photos.store(factories.picture()))
        assert letter.deliveries.last().how == "door"

    @pytest.mark.parametrize("how", ["in_person", "post"])
    def test_by_hand_and_by_post_somebody_took_it(self, cast: Cast, letter: Document, how: str) -> None:
        with pytest.raises(Invalid):
            self.deliver(letter, cast.grid, how=how, to=" ")

    @pytest.mark.parametrize("how", ["inbox", "pigeon"])
    def test_no_other_way_is_recorded_by_hand(self, cast: Cast, letter: Document, how: str) -> None:
        with pytest.raises(Invalid):
            self.deliver(letter, cast.grid, how=how)

    def test_what_is_not_made_yet_cannot_be_delivered(
        self, cast: Cast, letter: Document, place: Place
    ) -> None:
        with pytest.raises(Conflict):
            self.deliver(letter_of(place, "rectify"), cast.grid)

    def test_others_neither_see_nor_deliver_it(self, cast: Cast, letter: Document) -> None:
        with pytest.raises(OutOfScope):
            self.deliver(letter, cast.grid2)
        with pytest.raises(NotAllowed):
            self.deliver(letter, cast.panel)

    def test_the_first_look_of_the_landlord_is_noted_and_looks_of_staff_are_exports(
        self, cast: Cast, letter: Document
    ) -> None:
        for _ in range(2):
            documents.take_out(document_id=letter.pk, by=cast.landlord, at=NOON + DAY)
        documents.take_out(document_id=letter.pk, by=cast.reviewer, at=NOON + DAY)
        assert [(r.by, r.at) for r in Reading.objects.all()] == [(cast.landlord, NOON + DAY)]
        assert AuditEvent.objects.get(verb="export", subject="document").actor == cast.reviewer

    def test_a_landlord_sees_finished_own_documents_only(self, cast: Cast, letter: Document) -> None:
        other = factories.landlord_account("10099999999", "other")
        assert list(Document.objects.visible_to(cast.landlord)) == [letter]
        assert not Document.objects.visible_to(other).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_eight_at_once_get_eight_numbers_without_a_gap_even_when_some_fail(cast: Cast) -> None:
    factories.rules()
    building = factories.building(cast.fumin)
    homes = factories.units(building, 8, owner=factories.landlord())
    for unit in homes:
        factories.hazard("L06", unit, due_on=NOON.date())
    barrier, given, failed = threading.Barrier(8), [], []

    def ask(number: int) -> None:
        try:
            barrier.wait(timeout=20)
            for turn in range(5):
                with transaction.atomic():
                    document = issuing.request_rectification(
                        unit_id=homes[number].pk, by=cast.reviewer, at=NOON
                    )
                    if (number + turn) % 3 == 0:
                        transaction.set_rollback(True)
                        continue
                given.append(document.number)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failed == []
    assert sorted(Document.objects.values_list("seq", flat=True)) == list(range(1, len(given) + 1))
    assert len(set(given)) == len(given)
    assert DocumentSeries.objects.get().last == len(given)
    assert broken_rows(integrity.CHECKS) == {}


def test_each_year_and_kind_has_its_own_series(cast: Cast, place: Place) -> None:
    factories.hazard("L06", place.home, due_on=NOON.date())
    for at in (NOON, NOON + 365 * DAY, NOON + 366 * DAY):
        documents.request_rectification(unit_id=place.home.pk, by=cast.reviewer, at=at)
    assert [d.number for d in Document.objects.order_by("pk")] == [
        "福城租整〔2026〕1号",
        "福城租整〔2027〕1号",
        "福城租整〔2027〕2号",
    ]
