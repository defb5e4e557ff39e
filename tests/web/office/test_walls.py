"""What hangs and is owed by place; one tap prints what a grid owes; sheets are handed out; a code is renewed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from grading.models import Standing
from jobs import running
from rentals.models import Building
from signage.models import PrintRun, Sign
from signage.querysets import owing
from tests import factories
from tests.web.office.conftest import Office

WALLS = "/office/walls/"


def text(office: Office, url: str = WALLS, **more: object) -> str:
    return office.get(url, **more).content.decode()  # type: ignore[arg-type]


def grid_of(office: Office) -> int:
    return office.building.grid_id or 0


def test_what_is_owed_and_overdue_stands_by_community_and_by_grid(office: Office) -> None:
    Standing.objects.filter(unit=office.homes[0]).update(graded_at=timezone.now() - timedelta(days=15))
    Standing.objects.filter(unit__in=office.homes[1:]).update(graded_at=timezone.now())
    place = office.cast.fumin.pk
    assert f"product=sticker&amp;community={place}" in text(office).replace("&amp;amp;", "&amp;")
    page = text(office, f"{WALLS}?community={place}")
    assert f"state=overdue&amp;community={place}&amp;grid={grid_of(office)}" in page
    listed = text(office, f"/leaders/owed/?product=sticker&state=overdue&community={place}")
    assert office.homes[0].code in listed
    assert office.homes[1].code not in listed


def test_one_tap_prints_exactly_what_the_grid_owes(office: Office) -> None:
    factories.sign(office.homes[0], state="posted")
    in_hand = factories.sign(office.homes[1])
    answer = office.post(f"{WALLS}grids/{grid_of(office)}/print/", by=office.cast.reviewer)
    run = PrintRun.objects.latest("pk")
    assert answer.url == f"/office/print-runs/{run.pk}/"
    assert run.job_id is not None
    running.drain(run.job_id)
    assert [sign.unit for sign in run.signs.all()] == [office.homes[2]]
    in_hand.refresh_from_db()
    assert in_hand.state == "printed"
    before = PrintRun.objects.count()
    assert "community=" in office.post(f"{WALLS}grids/{grid_of(office)}/print/").url
    assert PrintRun.objects.count() == before


def test_the_grid_of_another_community_is_not_found(office: Office) -> None:
    url = f"{WALLS}grids/{grid_of(office)}/print/"
    assert office.post(url, by=office.cast.reviewer2).status_code == 404
    assert (
        office.get(f"{WALLS}?community={office.cast.fumin.pk}", by=office.cast.reviewer2).status_code == 404
    )


def test_sheets_are_handed_out_from_the_run_and_taken_over_at_the_cover(office: Office) -> None:
    sign = factories.sign(office.homes[0])
    run = f"/office/print-runs/{sign.run_id}/"
    grid = {"grid": grid_of(office), "to": office.cast.grid.pk}
    assert f'value="{office.cast.grid.pk}"' in text(office, run)
    assert office.post(f"{run}hand-out/", **grid).url == run
    assert Sign.objects.get(pk=sign.pk).issued_to == office.cast.grid
    assert office.cast.grid.display_name in text(office, run)
    assert office.post(f"{run}hand-out/", **grid | {"to": office.cast.grid2.pk}).url == run  # no post there
    assert Sign.objects.get(pk=sign.pk).issued_to == office.cast.grid
    other = factories.also(
        factories.person("colleague", "grid_worker", office.cast.fumin), office.cast.reviewer
    )
    cover = f"/field/sheets/{sign.run_id}/{grid_of(office)}/"
    assert office.get(cover, by=other).status_code == 200
    assert office.post(cover, by=other).url == "/field/signs/"
    assert Sign.objects.get(pk=sign.pk).issued_to == other


def test_a_copied_code_is_renewed_with_its_reason(office: Office) -> None:
    home = office.homes[0]
    token = home.public_token.token
    page = f"/office/homes/{home.pk}/code/"
    assert page in text(office, f"/review/homes/{home.pk}/")
    assert page not in text(office, f"/review/homes/{home.pk}/", by=office.cast.reviewer)
    office.post(page, reason="")
    assert office.get(f"/u/{token}").status_code == 200
    office.post(page, reason="被复印")
    assert office.get(f"/u/{token}").status_code == 404


def test_a_board_is_out_of_date_once_a_home_there_has_another_grade(office: Office) -> None:
    estate = factories.estate(office.cast.fumin)
    Building.objects.filter(pk=office.building.pk).update(estate=estate)
    Standing.objects.filter(unit__in=office.homes).update(graded_at=factories.NOON)
    for product, place in (
        ("estate_board", {"estate": estate}),
        ("building_board", {"building": office.building}),
    ):
        sign = factories.sign(None, product, "posted", serial=f"FC9{len(product):06d}", **place)
        Sign.objects.filter(pk=sign.pk).update(printed_at=factories.NOON)
    assert "FC9000012" not in text(office)
    Standing.objects.filter(unit=office.homes[0]).update(graded_at=timezone.now())
    page = text(office, by=office.cast.reviewer)
    assert "FC9000012" in page
    assert "FC9000014" in page


@pytest.mark.parametrize("community", ["", "?community={}"])
def test_queries_are_the_same_for_one_and_many_grids(
    office: Office, community, django_assert_max_num_queries
) -> None:
    url = WALLS + community.format(office.cast.fumin.pk)
    for n in range(6):
        building = factories.building(office.cast.fumin, grid=factories.grid(office.cast.fumin, f"第{n}网格"))
        for unit in factories.units(building, 2):
            factories.graded(unit, "green")
    office.get(url)
    with django_assert_max_num_queries(28):
        office.get(url)
    assert owing("sticker").count() == 15
