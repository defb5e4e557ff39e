"""What landlords are told, and the outbox against a real gateway that refuses, hangs, and dies after accepting."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from accounts import sms
from core.errors import Conflict, NotAllowed
from fucheng.flows import grade_change, notices, proof
from grading.models import GradeChange
from grading.services.hazards import Seen
from letters.models import Notice, TextMessage
from letters.services import outbox, telling
from tests import factories
from tests.conftest import Cast
from tests.factories import pay_visit
from tests.flows.conftest import Place
from tests.races import race, won

NOON = factories.NOON
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


class Gateway(ThreadingHTTPServer):
    """Notes what it accepted; `mood` says how it answers."""

    mood = "well"
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.accepted: list[dict[str, str]] = []


class Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        mood = self.server.mood
        if mood in ("busy", "wrong number"):
            self.send_response(503 if mood == "busy" else 400)
            self.end_headers()
            return
        self.server.accepted.append(body)
        if mood == "hangs":
            time.sleep(0.5)
        if mood == "dies":
            self.connection.close()
            return
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def gateway(settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    monkeypatch.setattr(sms, "TIMEOUT", 0.2)
    with Gateway() as server:
        settings.SMS_BACKEND = f"http://127.0.0.1:{server.server_port}/send"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def message(cast: Cast, place: Place) -> TextMessage:
    pay_visit(place.building, cast.grid, [Seen("F02", place.home.pk), Seen("H05", place.home.pk)])
    return TextMessage.objects.get()


def fresh(message: TextMessage) -> TextMessage:
    message.refresh_from_db()
    return message


class TestTelling:
    def test_a_visit_tells_each_landlord_once(self, message: TextMessage, place: Place) -> None:
        assert message.notice.landlord == place.home.landlord
        assert message.text.startswith(f"【福城街道】{place.building}101房检查发现2处问题")
        assert len(message.text) <= 70

    def test_the_grade_is_told_with_how_to_object(self, cast: Cast, place: Place) -> None:
        pay_visit(place.building, cast.grid)
        change = GradeChange.objects.open().get(unit=place.home)
        grade_change.approve(change_id=change.pk, by=cast.reviewer, at=NOON, reason="合格")
        notice = Notice.objects.get(topic="grade")
        assert (notice.landlord, notice.data["reason"]) == (place.home.landlord, "合格")
        assert "评定为宽管级。理由和异议办法（6月2日前）" in notice.text_message.text

    def test_homes_decided_together_are_told_together_and_red_by_itself(
        self, cast: Cast, place: Place
    ) -> None:
        pay_visit(place.building, cast.grid, [Seen("F02", place.homes[1].pk), Seen("L06", place.homes[2].pk)])
        calm = list(GradeChange.objects.open().not_touching_red().values_list("pk", flat=True))
        red = list(GradeChange.objects.open().touching_red().values_list("pk", flat=True))
        grade_change.decide_many(verb="approve", change_ids=calm, by=cast.reviewer, at=NOON, reason="合格")
        grade_change.decide_many(verb="review", change_ids=red, by=cast.reviewer, at=NOON, reason="属实")
        grade_change.decide_many(verb="approve", change_ids=red, by=cast.panel, at=NOON, reason="属实")
        assert Notice.objects.get(topic="grade", unit=place.homes[2]).data["grade"] == "red"
        notice = Notice.objects.get(topic="grade", unit=None)
        assert notice.data["count"] == 2
        assert "您的2套出租屋已评定：宽管级1套、严管级1套。" in notice.text_message.text
        assert len(notice.text_message.text) <= 70

    def test_what_is_returned_is_told_to_the_inspector_without_a_text_message(
        self, cast: Cast, place: Place
    ) -> None:
        pay_visit(place.building, cast.grid)
        change = GradeChange.objects.open().get(unit=place.home)
        grade_change.return_(change_id=change.pk, by=cast.reviewer, at=NOON, reason="照片不清")
        assert Notice.objects.visible_to(cast.grid).get().data["reason"] == "照片不清"
        assert not TextMessage.objects.exists()

    @pytest.mark.parametrize("verb", ["accept", "refuse"])
    def test_the_answer_to_a_proof_is_told(self, cast: Cast, place: Place, verb: str) -> None:
        hazard = factories.hazard("F02", place.home)
        sent = factories.proof(hazard, cast.landlord)
        if verb == "accept":
            proof.accept(proof_id=sent.pk, by=cast.reviewer, at=NOON)
        else:
            proof.refuse(proof_id=sent.pk, by=cast.reviewer, at=NOON, reason="看不清")
        topic = {"accept": "proof_yes", "refuse": "proof_no"}[verb]
        assert Notice.objects.get(topic=topic).landlord == place.home.landlord

    def test_a_near_deadline_is_told_once(self, place: Place) -> None:
        factories.hazard("F02", place.home, due_on=(NOON + 2 * DAY).date(), opened_at=NOON - 5 * DAY)
        assert notices.tell_of_deadlines(at=NOON) == 1
        assert notices.tell_of_deadlines(at=NOON + timedelta(hours=1)) == 0
        assert "整改期限5月14日将到" in TextMessage.objects.get().text

    def test_no_message_holds_a_name_or_a_phone(self, message: TextMessage) -> None:
        assert "王小明" not in message.text
        assert "10012345678" not in message.text

    def test_everybody_reads_the_own_inbox_only(self, cast: Cast, message: TextMessage) -> None:
        assert Notice.objects.visible_to(cast.landlord).unread().count() == 1
        assert not Notice.objects.visible_to(cast.reviewer).exists()
        notices.read_all(by=cast.landlord, at=NOON)
        assert not Notice.objects.visible_to(cast.landlord).unread().exists()

    def test_the_same_news_twice_is_one_row(self, cast: Cast, message: TextMessage) -> None:
        from grading.models import Visit
        from grading.services import hazards

        visit = Visit.objects.get()
        telling.of_visit(visit, hazards.opened_by(visit), at=NOON)
        assert (Notice.objects.count(), TextMessage.objects.count()) == (1, 1)


class TestOutbox:
    def test_what_waits_is_sent_once_with_its_reference(self, gateway: Gateway, message: TextMessage) -> None:
        assert [outbox.send_due(at=NOON) for _ in range(3)] == [1, 0, 0]
        assert gateway.accepted == [
            {"phone": "10012345678", "text": message.text, "reference": str(message.reference)}
        ]
        assert (fresh(message).state, message.sent_at) == ("sent", NOON)

    @pytest.mark.parametrize(("hour", "sent"), [(-5, 0), (-4, 1), (8, 1), (9, 0)])
    def test_nobody_is_woken(self, gateway: Gateway, message: TextMessage, hour: int, sent: int) -> None:
        TextMessage.objects.update(not_before=NOON - DAY)
        assert outbox.send_due(at=NOON + timedelta(hours=hour)) == sent  # noon: 7, 8, 20, 21 o'clock

    def test_a_busy_gateway_is_asked_again_later_and_nothing_is_lost(
        self, gateway: Gateway, message: TextMessage
    ) -> None:
        gateway.mood = "busy"
        outbox.send_due(at=NOON)
        assert (fresh(message).state, message.error, message.attempts) == ("waiting", "HTTP 503", 1)
        assert message.not_before >= NOON + MINUTE
        gateway.mood = "well"
        assert outbox.send_due(at=NOON + 10 * MINUTE) == 1

    def test_a_gateway_that_is_away_is_tried_eight_times_and_then_given_up(
        self, settings, message: TextMessage
    ) -> None:
        settings.SMS_BACKEND = "http://127.0.0.1:1/send"
        at = NOON
        for _ in range(8):
            outbox.send_due(at=at)
            TextMessage.objects.update(not_before=at)
        assert (fresh(message).state, message.attempts) == ("given_up", 8)
        assert "not reached" in message.error

    def test_while_it_is_away_the_others_lose_no_attempt(
        self, settings, cast: Cast, place: Place, message: TextMessage
    ) -> None:
        settings.SMS_BACKEND = "http://127.0.0.1:1/send"
        pay_visit(place.building, cast.grid, [Seen("H03", place.homes[1].pk)])
        outbox.send_due(at=NOON)
        assert sorted(TextMessage.objects.values_list("attempts", flat=True)) == [0, 1]
        assert not TextMessage.objects.filter(not_before__lte=NOON).exists()

    @pytest.mark.parametrize("mood", ["hangs", "dies"])
    def test_no_answer_after_the_message_was_handed_over_is_never_a_second_message(
        self, gateway: Gateway, message: TextMessage, mood: str
    ) -> None:
        gateway.mood = mood
        outbox.send_due(at=NOON)
        assert fresh(message).state == "unclear"
        gateway.mood = "well"
        for later in range(1, 5):
            outbox.send_due(at=NOON + later * timedelta(hours=1))
        assert len(gateway.accepted) == 1

    def test_a_worker_that_died_while_sending_leaves_it_unclear(
        self, gateway: Gateway, message: TextMessage
    ) -> None:
        assert outbox._claim(NOON).pk == message.pk
        assert outbox.send_due(at=NOON + MINUTE / 2) == 0
        assert fresh(message).state == "sending"
        outbox.send_due(at=NOON + 2 * MINUTE)
        assert fresh(message).state == "unclear"
        assert gateway.accepted == []

    def test_a_wrong_number_is_given_up_at_once(self, gateway: Gateway, message: TextMessage) -> None:
        gateway.mood = "wrong number"
        outbox.send_due(at=NOON)
        assert (fresh(message).state, message.error) == ("given_up", "HTTP 400")

    def test_old_news_is_not_sent(self, gateway: Gateway, message: TextMessage) -> None:
        outbox.send_due(at=NOON + 4 * DAY)
        assert fresh(message).state == "given_up"
        assert gateway.accepted == []

    def test_the_office_sends_again_what_is_unclear(
        self, cast: Cast, gateway: Gateway, message: TextMessage
    ) -> None:
        gateway.mood = "dies"
        outbox.send_due(at=NOON)
        with pytest.raises(NotAllowed):
            notices.send_again(message_id=message.pk, by=cast.reviewer, at=NOON)
        notices.send_again(message_id=message.pk, by=cast.office, at=NOON)
        with pytest.raises(Conflict):
            notices.send_again(message_id=message.pk, by=cast.office, at=NOON)


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_four_workers_at_once_send_each_message_once(cast: Cast, gateway: Gateway, place: Place) -> None:
    for number in range(12):
        home = factories.units(
            place.building, 1, owner=factories.landlord(f"房东{number}", f"1008888{number:04d}")
        )
        pay_visit(place.building, cast.grid, [Seen("F02", home[0].pk)])

    outcome = race([lambda: outbox.send_due(at=NOON)] * 4)
    assert won(outcome) == outcome
    references = [body["reference"] for body in gateway.accepted]
    assert len(references) == len(set(references)) == TextMessage.objects.filter(state="sent").count() == 12
