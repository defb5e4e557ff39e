"""Where pages of figures read: from the replica while it follows, from the primary otherwise, and never a write there."""

import copy
import csv
import io
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.db import InternalError, connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from python_calamine import CalamineWorkbook
from structlog.testing import capture_logs

from accounts.models import AuditEvent
from core import replica
from core.replica import REPLICA
from fucheng.settings import environment
from jobs import pulses
from jobs.models import Pulse
from rentals.models import Unit
from tests import factories
from tests.conftest import Cast

PAGES = [
    "/leaders/?fresh=1",
    "/leaders/map/",
    "/leaders/map/buildings.json",
    "/leaders/rhythm/",
    "/leaders/homes/",
]
EXPORT = "/leaders/homes/export/"
pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def second_database(**changes: object) -> Iterator[None]:
    """An alias `replica` of the same server; its connections refuse every write."""
    given = copy.deepcopy(connections["default"].settings_dict) | changes
    given["OPTIONS"] |= {"options": "-c default_transaction_read_only=on"}
    connections.settings[REPLICA] = given
    second = connections[REPLICA]

    def connect() -> None:  # as Django does, which in tests knows only the databases that it made itself
        if second.connection is None:
            with second.wrap_database_errors:
                second.connect()

    second.ensure_connection = connect  # type: ignore[method-assign]
    try:
        yield
    finally:
        connections[REPLICA].close()
        del connections[REPLICA], connections.settings[REPLICA]
        replica._Health.is_away, replica._Health.rests_until = False, 0.0


@pytest.fixture
def follower() -> Iterator[None]:
    with second_database():
        yield


@pytest.fixture
def nobody_there(tmp_path) -> Iterator[None]:
    with second_database(HOST=str(tmp_path)):
        yield


@pytest.fixture
def leader(client: Client, cast: Cast) -> Client:
    factories.rules()
    for unit in factories.units(factories.building(cast.fumin), 3):
        factories.graded(unit, "green")
    client.force_login(cast.leader, backend="django.contrib.auth.backends.ModelBackend")
    client.get("/leaders/map/")  # templates and the like are loaded
    return client


def read_at(alias: str, act: Callable[[], object]) -> list[str]:
    """The statements that an act sends to a database."""
    with CaptureQueriesContext(connections[alias]) as queries:
        act()
    return [query["sql"] for query in queries]


@pytest.mark.parametrize("url", PAGES)
def test_pages_of_figures_count_on_the_replica(leader: Client, follower: None, url: str) -> None:
    with CaptureQueriesContext(connections[REPLICA]) as there, CaptureQueriesContext(connection) as here:
        assert leader.get(url).status_code == 200
    tables = " ".join(query["sql"] for query in there)
    assert '"rentals_' in tables or '"grading_standing"' in tables
    assert "django_session" not in tables
    assert "communities_post" not in tables  # who may what is asked of the primary
    heavy = [q["sql"] for q in here if '"rentals_unit"' in q["sql"] or '"grading_standing"' in q["sql"]]
    assert heavy == []


def test_the_page_shows_the_same_with_and_without_it(leader: Client) -> None:
    without = leader.get("/leaders/homes/").context["table"]
    with second_database():
        assert leader.get("/leaders/homes/").context["table"] == without
    assert len(without) == 3


def test_other_pages_and_figures_kept_ask_nothing_of_it(leader: Client, follower: None) -> None:
    leader.get("/leaders/")
    for url in ("/review/register/", "/office/", "/inbox/", "/leaders/"):
        assert read_at(REPLICA, lambda url=url: leader.get(url)) == [], url


def test_a_post_asks_nothing_of_it(client: Client, cast: Cast, follower: None) -> None:
    person = {"username": "leader", "password": factories.PASSWORD}
    assert read_at(REPLICA, lambda: client.post("/sign-in/", person)) == []
    assert client.get("/leaders/").status_code == 200


def test_an_export_reads_there_and_is_audited_here(leader: Client, follower: None) -> None:
    def export() -> None:
        with closing(leader.post(EXPORT, {"format": "csv"})) as answer:
            rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]
        assert len(rows) == 1 + 3

    with CaptureQueriesContext(connection) as here:
        there = read_at(REPLICA, export)
    assert any('FROM "rentals_unit"' in sql for sql in there)
    assert not any("accounts_auditevent" in sql for sql in there)
    assert any("accounts_auditevent" in query["sql"] for query in here)
    assert AuditEvent.objects.filter(verb="export", subject_id="leaders-homes").count() == 1


def test_a_write_while_reading_goes_to_the_primary(leader: Client, follower: None) -> None:
    @replica.reading
    def careless() -> None:
        home = Unit.objects.get(pk=Unit.objects.first().pk)
        assert home._state.db == REPLICA
        home.floor = "9"
        home.save(update_fields=["floor"])

    careless()
    assert Unit.objects.filter(floor="9").count() == 1


def test_the_connection_of_these_tests_refuses_writes(follower: None) -> None:
    with pytest.raises(InternalError, match="read-only"), connections[REPLICA].cursor() as cursor:
        cursor.execute("CREATE TABLE nothing ()")


def test_pages_answer_without_it(leader: Client, nobody_there: None) -> None:
    for url in PAGES:
        assert leader.get(url).status_code == 200
        replica._Health.rests_until = 0.0  # each one asks for it, and is refused


def test_export_answers_without_it(leader: Client, nobody_there: None) -> None:
    with closing(leader.post(EXPORT, {"format": "xlsx"})) as answer:
        book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert len(book.get_sheet_by_index(1).to_python()) == 1 + 3


def test_its_absence_is_said_once_and_its_return_once(leader: Client, nobody_there: None) -> None:
    with capture_logs() as said:
        for url in PAGES:
            leader.get(url)
    assert [line["event"] for line in said if "replica" in line["event"]] == ["replica_passed_over"]
    connections[REPLICA].settings_dict["HOST"] = connections["default"].settings_dict["HOST"]
    assert read_at("default", lambda: leader.get("/leaders/homes/"))  # not asked again at once
    replica._Health.rests_until = 0.0
    with capture_logs() as said:
        there = read_at(REPLICA, lambda: [leader.get("/leaders/homes/") for _ in range(2)])
    assert any("rentals_unit" in sql for sql in there)
    assert [line["event"] for line in said if "replica" in line["event"]] == ["replica_back"]


def test_a_replica_that_dies_in_the_middle_costs_nothing(leader: Client, follower: None) -> None:
    with connections[REPLICA].cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()

    def kill(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        if "rentals_unit" in sql:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        return execute(sql, params, many, context)

    with capture_logs() as said, connections[REPLICA].execute_wrapper(kill):
        page = leader.get("/leaders/homes/")
    assert (page.status_code, page.context["page"].total) == (200, 3)
    assert [line["event"] for line in said if "replica" in line["event"]] == ["replica_passed_over"]


@pytest.mark.parametrize("age", [timedelta(seconds=46), None])
def test_one_that_is_behind_is_passed_over(
    leader: Client, follower: None, monkeypatch: pytest.MonkeyPatch, age: timedelta | None
) -> None:
    monkeypatch.setattr(replica, "_replayed_until", lambda: age and timezone.now() - age)
    assert read_at(REPLICA, lambda: leader.get("/leaders/homes/")) == []


def test_figures_and_files_tell_the_moment_of_the_replica(
    leader: Client, follower: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = timezone.now() - timedelta(seconds=30)
    monkeypatch.setattr(replica, "_replayed_until", lambda: shown)
    assert leader.get("/leaders/?fresh=1").context["found"].at == shown
    with closing(leader.post(EXPORT, {"format": "xlsx"})) as answer:
        book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    about = book.get_sheet_by_index(0).to_python()
    assert f"{timezone.localtime(shown):%Y-%m-%d %H:%M}" in [row[1] for row in about]


def test_ready_tells_of_it(client: Client, db: None, follower: None) -> None:
    for name in Pulse.Name:
        pulses.beat(name)
    assert client.get("/readyz").json()["replica"] is True
    replica._pass_over("for the test")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"], answer.json()["replica"]) == (200, "degraded", False)


def test_settings_have_a_replica_only_where_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    primary = "postgresql://fucheng@10.0.0.1/fucheng"
    monkeypatch.setenv("DATABASE_REPLICA_URL", "")
    assert list(environment.databases(primary)) == ["default"]
    monkeypatch.setenv("DATABASE_REPLICA_URL", "postgresql://reader@10.0.0.2/fucheng")
    assert environment.databases(primary)["replica"]["HOST"] == "10.0.0.2"
    monkeypatch.setenv("DATABASE_REPLICA_URL", "mysql://10.0.0.2/fucheng")
    with pytest.raises(ImproperlyConfigured, match="DATABASE_REPLICA_URL: must begin with postgresql://"):
        environment.databases(primary)


def test_without_the_setting_nothing_is_connected(leader: Client) -> None:
    cache.clear()
    for url in PAGES:
        assert leader.get(url).status_code == 200
    assert list(connections) == ["default"]
