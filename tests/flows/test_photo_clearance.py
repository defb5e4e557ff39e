"""A photo hangs on a building only when a person has looked at it and it shows nobody."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from PIL import Image

from core.errors import Conflict, NotAllowed, OutOfScope
from fucheng.flows import photo_clearance, print_run
from grading.models import Photo, PhotoClearance
from grading.services import photos
from grading.services.hazards import Seen
from jobs import running
from rentals.models import Building
from signage.engine.preview import png_of_page
from signage.models import PrintRun, Sign
from signage.querysets import boards_out_of_date
from signage.services import printing, rendering
from tests import factories
from tests.conftest import Cast

NOON = factories.NOON
DAY = timedelta(days=1)


@pytest.fixture
def building(cast: Cast) -> Building:
    factories.rules()
    made = factories.building(cast.fumin)
    factories.units(made, 2)
    return made


@pytest.fixture
def photo(cast: Cast, building: Building) -> Photo:
    """Of the stairs, blue all over, taken by the grid worker; its hazard is listed."""
    return factories.common_photo(building, cast.grid)


def clear(photo: Photo, by: Any) -> PhotoClearance:
    return photo_clearance.clear(photo_id=photo.pk, by=by, at=NOON)


def take_back(photo: Photo, by: Any) -> PhotoClearance:
    return photo_clearance.take_back(photo_id=photo.pk, by=by, at=NOON)


def order(cast: Cast, building: Building) -> PrintRun:
    wanted = {"building": building.pk}
    return print_run.order(product="hazard_notice", wanted=wanted, by=cast.office, at=NOON, title="公示")


def printed(cast: Cast, building: Building) -> PrintRun:
    run = order(cast, building)
    assert running.drain(run.job_id).state == "done", run.job.error
    return run


def colours(pdf: bytes) -> dict[str, int]:
    """How many dots of the page are blue, how many are green."""
    page = Image.open(io.BytesIO(png_of_page(pdf, 1, 600))).convert("RGB")
    found: Any = page.getcolors(maxcolors=1_000_000)
    return {
        "blue": sum(n for n, (r, g, b) in found if b > 180 and r < 80 and g < 80),
        "green": sum(n for n, (r, g, b) in found if g > 100 and r < 80 and b < 80),
    }


def looks_of(run: PrintRun) -> dict[str, int]:
    with default_storage.open(run.files.get().file) as file:
        return colours(file.read())


class TestLooking:
    @pytest.mark.parametrize("who", ["reviewer", "office"])
    def test_the_community_and_the_office_say_that_a_photo_shows_nobody(
        self, cast: Cast, photo: Photo, who: str
    ) -> None:
        by = getattr(cast, who)
        clear(photo, by)
        look = PhotoClearance.objects.get()
        assert (look.photo, look.shows_nobody, look.by, look.at) == (photo, True, by, NOON)

    @pytest.mark.parametrize("who", ["grid", "panel", "leader", "auditor"])
    def test_others_do_not(self, cast: Cast, photo: Photo, who: str) -> None:
        with pytest.raises(NotAllowed):
            clear(photo, getattr(cast, who))
        with pytest.raises(IntegrityError, match="posts do not include it"), transaction.atomic():
            PhotoClearance.objects.create(photo=photo, shows_nobody=False, by=getattr(cast, who), at=NOON)

    def test_for_another_community_the_photo_does_not_exist(self, cast: Cast, photo: Photo) -> None:
        with pytest.raises(OutOfScope):
            clear(photo, cast.reviewer2)
        clear(photo, cast.reviewer)
        with pytest.raises(OutOfScope):
            take_back(photo, cast.reviewer2)

    def test_who_took_the_photo_does_not_clear_it_but_may_take_the_mark_back(
        self, cast: Cast, building: Building
    ) -> None:
        both = factories.also(cast.grid, cast.reviewer)
        own = factories.common_photo(building, both)
        with pytest.raises(Conflict):
            clear(own, both)
        with pytest.raises(IntegrityError, match="does not clear it"), transaction.atomic():
            PhotoClearance.objects.create(photo=own, shows_nobody=True, by=both, at=NOON)
        clear(own, cast.office)
        take_back(own, both)
        assert not Photo.objects.cleared().exists()

    def test_a_photo_of_a_home_is_never_cleared(self, cast: Cast, building: Building) -> None:
        home = building.units.first()
        digest = photos.store(factories.picture())
        factories.pay_visit(building, cast.grid, [Seen("F02", home.pk, photos=(digest,))])
        inside = Photo.objects.get()
        with pytest.raises(OutOfScope):
            clear(inside, cast.reviewer)
        with pytest.raises(IntegrityError, match="common parts"), transaction.atomic():
            PhotoClearance.objects.create(photo=inside, shows_nobody=True, by=cast.reviewer, at=NOON)

    def test_a_second_tap_and_a_second_taking_back_are_refused(self, cast: Cast, photo: Photo) -> None:
        with pytest.raises(Conflict):
            take_back(photo, cast.reviewer)
        clear(photo, cast.reviewer)
        with pytest.raises(Conflict):
            clear(photo, cast.office)
        take_back(photo, cast.office)
        clear(photo, cast.reviewer)
        assert [look.shows_nobody for look in PhotoClearance.objects.all()] == [True, False, True]


class TestOnTheNotice:
    def test_a_photo_that_nobody_has_looked_at_is_never_printed(
        self, cast: Cast, building: Building, photo: Photo
    ) -> None:
        assert looks_of(printed(cast, building))["blue"] == 0

    def test_a_marked_photo_is_printed(self, cast: Cast, building: Building, photo: Photo) -> None:
        clear(photo, cast.reviewer)
        run = printed(cast, building)
        assert looks_of(run)["blue"] > 10_000
        assert Sign.objects.get(run=run).says["photo"] == photo.pk

    def test_a_photo_whose_mark_was_taken_back_is_printed_no_more(
        self, cast: Cast, building: Building, photo: Photo
    ) -> None:
        clear(photo, cast.reviewer)
        take_back(photo, cast.reviewer)
        assert looks_of(printed(cast, building))["blue"] == 0

    def test_the_newest_marked_photo_is_printed(self, cast: Cast, building: Building, photo: Photo) -> None:
        later = factories.common_photo(building, cast.grid, at=NOON + DAY, colour="green")
        factories.common_photo(building, cast.grid, at=NOON + 2 * DAY, colour="white")
        clear(later, cast.reviewer)
        clear(photo, cast.reviewer)
        looks = looks_of(printed(cast, building))
        assert looks["green"] > 10_000
        assert looks["blue"] == 0

    def test_a_photo_of_a_hazard_that_is_not_listed_or_mended_is_not_printed(
        self, cast: Cast, building: Building, photo: Photo
    ) -> None:
        minor = factories.common_photo(building, cast.grid, code="E01", at=NOON + DAY, colour="green")
        factories.pay_visit(building, cast.grid, [Seen("H01", None)], at=NOON + 2 * DAY)
        factories.pay_visit(building, cast.grid, [Seen("F02", None, "mended")], at=NOON + 3 * DAY)
        for one in (minor, photo):
            clear(one, cast.reviewer)
        looks = looks_of(printed(cast, building))
        assert looks == {"blue": 0, "green": 0}

    def test_the_photo_of_an_earlier_spell_is_not_printed(
        self, cast: Cast, building: Building, photo: Photo
    ) -> None:
        clear(photo, cast.reviewer)
        factories.pay_visit(building, cast.grid, [Seen("F02", None, "mended")], at=NOON + DAY)
        factories.pay_visit(building, cast.grid, [Seen("F02", None)], at=NOON + 2 * DAY)
        assert looks_of(printed(cast, building))["blue"] == 0

    def test_a_run_drawn_again_shows_the_photo_it_was_frozen_with(
        self, cast: Cast, building: Building, photo: Photo
    ) -> None:
        clear(photo, cast.reviewer)
        run = order(cast, building)
        printing.freeze(run)
        first = rendering.render(run, 1, 1, on=NOON.date()).pdf
        clear(factories.common_photo(building, cast.grid, at=NOON + DAY, colour="green"), cast.reviewer)
        assert rendering.render(run, 1, 1, on=NOON.date()).pdf == first
        take_back(photo, cast.reviewer)
        assert colours(rendering.render(run, 1, 1, on=NOON.date()).pdf) == {"blue": 0, "green": 0}

    def test_a_notice_is_printed_without_a_photo_whose_file_is_gone(
        self, cast: Cast, building: Building, photo: Photo
    ) -> None:
        clear(photo, cast.reviewer)
        default_storage.delete(photo.file)
        assert looks_of(printed(cast, building))["blue"] == 0

    def test_a_notice_that_hangs_is_out_of_date_once_the_mark_of_its_photo_is_taken_back(
        self, cast: Cast, building: Building, photo: Photo
    ) -> None:
        clear(photo, cast.reviewer)
        sign = Sign.objects.filter(run=printed(cast, building))
        sign.update(state="posted", posted_at=NOON, posted_by=cast.grid, posted_photo="a" * 64)
        assert not boards_out_of_date().exists()
        take_back(photo, cast.reviewer)
        assert list(boards_out_of_date()) == list(sign)

    def test_a_notice_that_hangs_is_out_of_date_once_another_hazard_is_listed(
        self, cast: Cast, building: Building, photo: Photo
    ) -> None:
        sign = Sign.objects.filter(run=printed(cast, building))
        sign.update(state="posted", posted_at=NOON, posted_by=cast.grid, posted_photo="a" * 64)
        assert not boards_out_of_date().exists()
        factories.common_photo(building, cast.grid, code="F01", at=sign.get().printed_at + DAY)
        assert list(boards_out_of_date()) == list(sign)
