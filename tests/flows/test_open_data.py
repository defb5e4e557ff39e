"""The files of a night: true sums, nothing that points to a person, the same bytes from the same rows."""

import csv
import io
import json
import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from accounts.models import User
from fucheng.flows import open_data
from fucheng.web.leaders import board, period, queries
from fucheng.web.public import limits
from grading.models import Standing
from jobs import running
from jobs.models import Job
from rentals.models import Building, Unit
from signage.models import PublicToken
from tests import factories
from tests import world as worlds
from tests.conftest import Cast
from tests.world import World


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def world(cast: Cast) -> World:
    built = worlds.build(cast, mark="卡纳利")
    factories.units(factories.building(cast.qiankeng), 2)
    factories.units(factories.building(cast.qiankeng), 3)
    return built


def night(days: int = 0) -> open_data.Edition:
    job = open_data.ask(at=timezone.now() + timedelta(days=days))
    assert job is not None
    assert running.drain(job.pk, wait=True).state == Job.State.DONE
    made = open_data.edition()
    assert made is not None
    return made


def content(edition: open_data.Edition, name: str) -> bytes:
    with default_storage.open(edition.files[name]["file"]) as file:
        return file.read()


def rows(edition: open_data.Edition, name: str) -> list[dict[str, object]]:
    return json.loads(content(edition, name))


def test_the_sums_are_the_leaders_figures(world: World, cast: Cast) -> None:
    edition = night()
    quarter = period.from_query({}, timezone.localdate())
    told = board.Board(queries.count(cast.leader, quarter), quarter)
    assert edition.totals["homes"] == told.homes.n
    assert {g: edition.totals[g] for g in ("green", "yellow", "red")} == {
        g: told.grades[g].n for g in ("green", "yellow", "red")
    }
    for name in ("buildings.json", "communities.json"):
        for field, n in edition.totals.items():
            assert sum(int(str(row[field])) for row in rows(edition, name)) == n


def test_small_buildings_are_counted_together(world: World, cast: Cast) -> None:
    edition = night()
    small = [row for row in rows(edition, "buildings.json") if str(row["id"]).startswith("small-")]
    assert [(row["id"], row["homes"], row["longitude"]) for row in small] == [
        (f"small-{cast.qiankeng.pk}", 5, None)
    ]
    alone = Building.objects.filter(community=cast.qiankeng).values_list("pk", flat=True)
    assert not {str(pk) for pk in alone} & {row["id"] for row in rows(edition, "buildings.json")}


def test_no_file_holds_a_home_a_token_or_a_person(world: World) -> None:
    edition = night()
    everything = b"".join(content(edition, name) for name in edition.files).decode()
    secret = [
        *PublicToken.objects.values_list("token", flat=True),
        *Unit.objects.values_list("code", flat=True),
        *Unit.objects.values_list("address", flat=True),
        *Building.objects.values_list("code", flat=True),
        *User.objects.values_list("display_name", flat=True).exclude(display_name=""),
        world.landlord.name, "10012345678", "三桌麻将", "王",
    ]  # fmt: skip
    assert [word for word in secret if word in everything] == []


def test_csv_and_json_say_the_same(world: World) -> None:
    edition = night()
    lines = list(csv.DictReader(io.StringIO(content(edition, "buildings.csv").decode("utf-8-sig"))))
    told = [
        {k: "" if v is None else str(v) for k, v in row.items()} for row in rows(edition, "buildings.json")
    ]
    assert lines == told


def test_the_same_rows_give_the_same_bytes(world: World) -> None:
    first, second = night(), night(1)
    for name in ("buildings.csv", "buildings.json", "communities.csv"):
        assert first.files[name] == second.files[name]
    assert rows(second, "changes.json") == []
    assert second.previous_day == first.day


def test_changes_name_what_is_not_as_the_night_before(world: World, cast: Cast) -> None:
    night()
    Standing.objects.filter(unit=world.with_panel.unit).update(grade="red", graded_at=timezone.now())
    new = factories.building(cast.fumin)
    factories.units(new, 6)
    changes = rows(night(1), "changes.json")
    told = {(row["id"], row["what"], row["field"]): (row["before"], row["after"]) for row in changes}
    assert told[(str(world.building.pk), "changed", "red")] == (2, 3)
    assert told[(str(new.pk), "added", "homes")] == (None, 6)


def test_a_day_is_written_once(world: World) -> None:
    night()
    assert open_data.ask(at=timezone.now()) is None


def test_old_files_go_unless_a_younger_edition_has_them(world: World) -> None:
    first = night()
    Job.objects.filter(kind="open_data").update(finished_at=timezone.now() - timedelta(days=91))
    Standing.objects.filter(unit=world.with_panel.unit).update(grade="red", graded_at=timezone.now())
    second = night(1)
    assert first.files["communities.csv"] != second.files["communities.csv"]
    assert not default_storage.exists(first.files["communities.csv"]["file"])
    assert all(default_storage.exists(file["file"]) for file in second.files.values())


# ---- the addresses -----------------------------------------------------------------------------------------


def test_a_file_comes_from_storage_with_its_tag_and_then_304(
    client: Client, world: World, django_assert_num_queries
) -> None:
    edition = night()
    url = "/open-data/latest/buildings.csv"
    first = client.get(url)
    assert b"".join(first.streaming_content) == content(edition, "buildings.csv")
    assert first["Content-Type"] == "text/csv; charset=utf-8"
    assert int(first["Content-Length"]) == edition.files["buildings.csv"]["bytes"]
    assert "Set-Cookie" not in first.headers
    with django_assert_num_queries(0):
        again = client.get(url, headers={"if-none-match": f'"x", W/{first["ETag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    dated = client.get(f"/open-data/{edition.day}/buildings.csv")
    assert "immutable" in dated["Cache-Control"]
    assert dated["ETag"] == first["ETag"]
    dated.close()


@pytest.mark.parametrize(
    "path", ["latest/nothing.csv", "2020-01-01/buildings.csv", "x/buildings.csv", "latest/..%2Fsecret"]
)
def test_what_is_not_there_is_a_plain_404(client: Client, world: World, path: str) -> None:
    night()
    assert client.get(f"/open-data/{path}").status_code == 404


def test_too_many_requests_are_told_to_wait(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    night()
    now = time.time()
    monkeypatch.setattr(limits.time, "time", lambda: now)  # all of it within one minute
    url = "/open-data/latest/index.json"
    statuses = [client.head(url).status_code for _ in range(limits.FILES_A_MINUTE + 1)]
    assert statuses.count(200) == limits.FILES_A_MINUTE
    assert statuses[-1] == 429
    assert client.get(url)["Retry-After"] == "60"
    assert client.head(url, REMOTE_ADDR="10.9.8.7").status_code == 200


def test_the_page_explains_fields_licence_and_day(client: Client, world: World) -> None:
    assert "No files yet" in client.get("/open-data/?lang=en").content.decode()
    edition = night()
    page = client.get("/open-data/?lang=en").content.decode()
    for words in (f"night of {edition.day}", "not_graded", "CC BY 4.0", "fewer than 5 homes"):
        assert words in page
