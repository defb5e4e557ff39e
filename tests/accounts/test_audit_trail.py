"""What no trigger sees is written by services; sign-ins come by signal."""

import pytest
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction

from accounts.models import AuditEvent
from accounts.services import audit
from core.errors import Conflict, Invalid, NotAllowed, OutOfScope
from fucheng.flows import downloads, personal_data
from rentals.models import Manager, Unit
from tests import factories
from tests.conftest import Cast


@pytest.fixture
def request_(rf, db: None):
    request = rf.post("/")
    request.session, request.user = SessionStore(), AnonymousUser()
    return request


def test_a_row_says_who_did_what_to_which_and_why(cast: Cast) -> None:
    audit.record("export", by=cast.office, subject="unit", subject_id=7, reason="核查", data={"rows": 3})
    event = AuditEvent.objects.get()
    assert (event.actor, event.verb, event.subject, event.subject_id) == (cast.office, "export", "unit", "7")
    assert (event.reason, event.data, event.before) == ("核查", {"rows": 3}, None)
    assert str(event).endswith("export unit 7")


def test_what_nobody_did_has_no_actor(cast: Cast) -> None:
    audit.record("sign-in-failed", by=None, subject="user")
    assert AuditEvent.objects.get().actor is None


def actor_now() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fucheng.actor', true)")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_the_hand_is_known_to_the_database_until_the_transaction_ends(cast: Cast) -> None:
    with transaction.atomic():
        audit.act_as(cast.office)
        assert actor_now() == str(cast.office.pk)
        audit.act_as(None)
        assert actor_now() == ""
        audit.act_as(cast.office)
    assert not actor_now()


def test_sign_in_and_sign_out_leave_a_row_each(cast: Cast, request_) -> None:
    login(request_, cast.grid, backend="django.contrib.auth.backends.ModelBackend")
    logout(request_)
    logout(request_)  # nobody is signed in any more
    rows = AuditEvent.objects.order_by("pk").values_list("verb", "actor", "subject_id")
    pk = cast.grid.pk
    assert list(rows) == [("sign-in", pk, str(pk)), ("sign-out", pk, str(pk))]


def test_a_failed_sign_in_keeps_the_name_cut_and_no_password(cast: Cast, request_) -> None:
    assert authenticate(request_, username="x" * 200, password="secret") is None
    event = AuditEvent.objects.get(verb="sign-in-failed")
    assert event.data == {"name": "x" * 64}


def test_a_download_is_written_before_its_first_byte(cast: Cast) -> None:
    downloads.note(subject="print_run", subject_id=5, by=cast.office, file="a.pdf", rows=9)
    assert AuditEvent.objects.get(verb="export").data == {"file": "a.pdf", "rows": 9}


class TestReveal:
    @pytest.fixture
    def home(self, cast: Cast) -> Unit:
        return factories.units(factories.building(cast.fumin), owner=factories.landlord())[0]

    def look(self, home: Unit, by, purpose: str = "电话核实整改"):
        return personal_data.reveal(unit_id=home.pk, by=by, purpose=purpose)

    def test_a_look_shows_the_landlord_and_leaves_a_row_without_the_data(
        self, cast: Cast, home: Unit
    ) -> None:
        seen = self.look(home, cast.reviewer)
        assert (seen.name, seen.phone, seen.manager_name) == ("王小明", "10012345678", "")
        event = AuditEvent.objects.get(verb="personal-data-revealed")
        assert (event.actor, event.reason, event.subject_id) == (
            cast.reviewer,
            "电话核实整改",
            str(home.landlord_id),
        )
        assert seen.phone not in str(AuditEvent.objects.values())

    def test_a_home_with_a_manager_only_shows_the_manager(self, cast: Cast, home: Unit) -> None:
        manager = Manager(name="李四")
        manager.phone = "10087654321"
        manager.save()
        Unit.objects.update(landlord=None, manager=manager)
        seen = self.look(home, cast.office)
        assert (seen.name, seen.identity, seen.manager_name, seen.manager_phone) == (
            "",
            "",
            "李四",
            "10087654321",
        )

    def test_a_purpose_is_required_and_there_must_be_somebody(self, cast: Cast, home: Unit) -> None:
        with pytest.raises(Invalid):
            self.look(home, cast.reviewer, " ")
        Unit.objects.update(landlord=None)
        with pytest.raises(Conflict):
            self.look(home, cast.reviewer)
        assert not AuditEvent.objects.filter(verb="personal-data-revealed").exists()

    def test_scope_and_right(self, cast: Cast, home: Unit) -> None:
        with pytest.raises(OutOfScope):
            self.look(home, cast.reviewer2)
        for who in (cast.grid, cast.panel, cast.leader, cast.auditor):
            with pytest.raises(NotAllowed):
                self.look(home, who)
