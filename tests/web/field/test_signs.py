"""Scanning door codes; signs onto the wall and notices off it."""

import io

import pytest
import qrcode
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fucheng.web.field import scanning
from grading.models import Standing
from rentals.models import Building, Unit
from signage.models import PrintRun, PublicToken, Sign
from signage.serials import code_of
from tests import factories
from tests.web.field.conftest import Round

HOST = "https://fc.example.gov.cn"


def token(home: Unit) -> str:
    return PublicToken.objects.get(unit=home).token


def in_hand(
    round_: Round, *homes: Unit, product: str = "sticker", grade: str = "green", state: str = "printed"
) -> list[Sign]:
    """Signs of homes that have this grade."""
    at = timezone.now()
    Standing.objects.filter(unit__in=homes).update(grade=grade, graded_at=at)
    run = PrintRun.objects.create(title="一批", by=round_.cast.office, at=at, product=product)
    hangs = {"posted_at": at, "posted_by": round_.cast.grid} if state == "posted" else {}
    first = Sign.objects.count() + 1
    return [
        Sign.objects.create(
            serial=f"FC{first + n:07d}", product=product, unit=home, grade=grade, state=state, run=run,
            page=1, position=n + 1, printed_at=at, **hangs,
        )
        for n, home in enumerate(homes)
    ]  # fmt: skip


def code_photo(text: str) -> SimpleUploadedFile:
    out = io.BytesIO()
    qrcode.make(text).convert("RGB").save(out, "JPEG")
    return SimpleUploadedFile("码.jpg", out.getvalue(), "image/jpeg")


def test_scanned_code_opens_the_building_of_its_home(round_: Round) -> None:
    home = round_.homes[2]
    answer = round_.client.post("/field/scan/", {"code": f"{HOST}/u/{token(home)}"})
    assert answer.url == f"/field/buildings/{round_.building.pk}/?home={home.pk}"


def test_photo_of_a_code_is_read_by_the_server(round_: Round) -> None:
    home = round_.homes[0]
    answer = round_.client.post("/field/scan/", {"photo": code_photo(f"{HOST}/u/{token(home)}")})
    assert answer.url.endswith(f"?home={home.pk}")


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example/u/{}", "https://fc.example.gov.cn.evil.example/u/{}", "https://fc.example.gov.cn/x/{}",
        "javascript:alert(1)//u/{}", "{}", "", "https://fc.example.gov.cn/u/{}/more", "https://u@evil.example/u/{}",
        "http://[broken/u/{}",
    ],
)  # fmt: skip
def test_foreign_or_broken_code_is_refused(round_: Round, text: str) -> None:
    answer = round_.client.post("/field/scan/", {"code": text.format(token(round_.homes[0]))})
    assert answer.status_code == 400


def test_photo_without_a_code_is_refused_with_advice(round_: Round) -> None:
    from tests.web.field.conftest import picture

    for photo in (picture(), SimpleUploadedFile("x.jpg", b"no picture", "image/jpeg")):
        assert round_.client.post("/field/scan/", {"photo": photo}).status_code == 400


def test_code_of_another_community_is_not_found(round_: Round) -> None:
    answer = round_.client.post("/field/scan/", {"code": f"{HOST}/u/{token(round_.elsewhere.units.get())}"})
    assert answer.status_code == 404


def test_posting_by_scan_hangs_the_sign_in_hand(round_: Round) -> None:
    (sign,) = in_hand(round_, round_.homes[0])
    answer = round_.client.post("/field/scan/?mode=post", {"code": f"{HOST}/u/{token(round_.homes[0])}"})
    sign.refresh_from_db()
    assert (answer.url, sign.state, sign.posted_by) == ("/field/scan/?mode=post", "posted", round_.cast.grid)


def test_posting_by_scan_without_a_sign_in_hand_is_told(round_: Round) -> None:
    answer = round_.client.post("/field/scan/?mode=post", {"code": f"{HOST}/u/{token(round_.homes[0])}"})
    assert answer.status_code == 409


def test_whole_building_is_posted_once_however_often_pressed(round_: Round) -> None:
    in_hand(round_, *round_.homes)
    for _ in range(2):
        assert round_.client.post(f"/field/buildings/{round_.building.pk}/post/").status_code == 302
    assert Sign.objects.on_the_wall().count() == 3


def test_sign_of_one_home_is_posted_from_its_card(round_: Round) -> None:
    home, other = round_.homes[:2]
    sign, _other = in_hand(round_, home, other)
    page = round_.client.get(f"/field/buildings/{round_.building.pk}/?home={home.pk}").content.decode()
    assert f'action="/field/signs/{sign.pk}/"' in page
    for _ in range(2):
        assert round_.client.post(f"/field/signs/{sign.pk}/", {"do": "post"}).status_code == 302
    assert Sign.objects.on_the_wall().get().unit == home


def test_notice_of_a_home_that_is_red_no_longer_is_taken_down_and_photographed(round_: Round) -> None:
    home = round_.homes[0]
    (notice,) = in_hand(round_, home, product="no_rental", grade="red", state="posted")
    Standing.objects.filter(unit=home).update(grade="green", graded_at=timezone.now())
    url = f"/field/signs/{notice.pk}/"
    for page in (f"/field/buildings/{round_.building.pk}/", "/field/", "/field/signs/"):
        assert f'href="{url}"' in round_.client.get(page).content.decode(), page
    assert round_.client.post(url, {"do": "take_down"}).status_code == 422
    assert round_.client.post(url, {"do": "take_down", "photos": factories.picture()}).status_code == 302
    notice.refresh_from_db()
    assert notice.state == "removed"
    assert round_.client.get(f"{url}photo/ended/")["Content-Type"] == "image/jpeg"
    assert round_.client.get(f"{url}photo/posted/").status_code == 404


def test_signs_of_another_community_are_not_found(round_: Round) -> None:
    (notice,) = in_hand(round_, round_.homes[0], product="no_rental", grade="red", state="posted")
    round_.client.force_login(round_.cast.grid2)
    assert round_.client.post(f"/field/buildings/{round_.building.pk}/post/").status_code == 404
    assert round_.client.post(f"/field/signs/{notice.pk}/", {"do": "take_down"}).status_code == 404


def test_code_is_followed_on_the_host_that_was_called(rf: object) -> None:
    request = rf.post("/field/scan/")  # type: ignore[attr-defined]
    assert scanning.code_in(f"http://testserver/u/{'a' * 22}", request) == ("a" * 22, "")
    assert scanning.code_in(f"http://testserver/u/{'a' * 22}?n=00001z", request)[1] == "FC0000123"


def test_a_typed_serial_hangs_the_sign_and_a_second_time_is_told(round_: Round) -> None:
    (sign,) = in_hand(round_, round_.homes[0])
    for _ in range(2):
        answer = round_.client.post("/field/scan/?mode=post", {"code": sign.serial.lower()})
        assert answer.url == "/field/scan/?mode=post"
    assert Sign.objects.on_the_wall().get() == sign


def test_a_scanned_board_goes_by_its_page_for_the_photo(round_: Round) -> None:
    (notice,) = in_hand(round_, round_.homes[0], product="no_rental", grade="red")
    code = f"{HOST}/u/{token(round_.homes[0])}?n={code_of(notice.serial)}"
    assert round_.client.post("/field/scan/?mode=post", {"code": code}).url == f"/field/signs/{notice.pk}/"


def test_an_old_sign_is_not_hung_again_and_says_why(round_: Round) -> None:
    (old,) = in_hand(round_, round_.homes[0])
    Sign.objects.filter(pk=old.pk).update(state="void", ended_at=timezone.now())
    answer = round_.client.post("/field/scan/?mode=post", {"code": old.serial})
    assert (answer.status_code, old.serial in answer.content.decode()) == (409, True)


def test_far_from_the_address_is_said(round_: Round) -> None:
    (sign,) = in_hand(round_, round_.homes[0])
    Building.objects.filter(pk=round_.building.pk).update(longitude=114.0, latitude=22.7)
    place = {"code": sign.serial, "longitude": "114.1", "latitude": "22.7"}
    page = round_.client.post("/field/scan/?mode=post", place, follow=True).content.decode()
    assert "10258 米" in page


@pytest.mark.parametrize(
    "said", [{"longitude": "x", "latitude": "1"}, {"longitude": "500", "latitude": "1"}, {}]
)
def test_a_place_that_makes_no_sense_is_left_out(round_: Round, said: dict[str, str]) -> None:
    (sign,) = in_hand(round_, round_.homes[0])
    round_.client.post("/field/scan/?mode=post", {"code": sign.serial, **said})
    sign.refresh_from_db()
    assert (sign.state, sign.posted_metres_off) == ("posted", None)


def test_lost_and_refused_are_recorded_with_their_reason(round_: Round) -> None:
    signs = in_hand(round_, *round_.homes[:2])
    assert (
        round_.client.post(f"/field/signs/{signs[0].pk}/", {"do": "give_up", "to": "lost"}).status_code == 422
    )
    for sign, to in zip(signs, ("lost", "refused"), strict=True):
        said = {"do": "give_up", "to": to, "reason": "房东不让贴"}
        assert round_.client.post(f"/field/signs/{sign.pk}/", said).status_code == 302
    assert sorted(Sign.objects.values_list("state", flat=True)) == ["lost", "refused"]


def test_the_round_holds_own_and_unclaimed_signs_by_floor_and_door(round_: Round) -> None:
    first, second, third = in_hand(round_, *round_.homes)
    issued = {"state": "issued", "issued_by": round_.cast.office, "issued_at": timezone.now()}
    Sign.objects.filter(pk=second.pk).update(issued_to=round_.cast.grid, **issued)
    Sign.objects.filter(pk=third.pk).update(issued_to=round_.cast.grid2, **issued)
    page = round_.client.get("/field/signs/").content.decode()
    assert third.serial not in page
    assert page.index(first.serial) < page.index(second.serial)


def test_the_round_costs_the_same_for_one_and_many_signs(round_: Round, django_assert_num_queries) -> None:
    in_hand(round_, round_.homes[0])
    with CaptureQueriesContext(connection) as one:
        round_.client.get("/field/signs/")
    for _ in range(4):
        building = factories.building(round_.cast.fumin)
        in_hand(round_, *factories.units(building, 5))
    with django_assert_num_queries(len(one)):
        round_.client.get("/field/signs/")
