"""The walking order: villages one after the other, inside one to the nearest building, always the same."""

import time

from hypothesis import given
from hypothesis import strategies as st

from fucheng.web.field.walk import Stop, walking_order


def stop(pk: int, east: float | None, north: float | None = 0.0, village: int = 1, code: str = "") -> Stop:
    longitude = None if east is None else 114.0 + east / 1000
    latitude = None if east is None or north is None else 22.7 + north / 1000
    return Stop(pk, code or f"{pk:03d}", (0, village), longitude, latitude)


def test_a_lane_is_walked_from_one_end_to_the_other_not_by_code() -> None:
    lane = [stop(1, 0.0), stop(2, 3.0), stop(3, 1.0), stop(4, 2.0)]
    assert walking_order(lane) == [1, 3, 4, 2]


def test_a_village_is_finished_before_the_next_one_begins() -> None:
    near = [stop(1, 0.0, village=1), stop(2, 5.0, village=1)]
    between = [stop(3, 1.0, village=2), stop(4, 6.0, village=2)]
    far = [stop(5, 90.0, village=3)]
    assert walking_order([*far, *between, *near]) == [1, 2, 4, 3, 5]


def test_buildings_without_a_place_come_last_in_their_village_by_code() -> None:
    stops = [stop(9, None, village=1, code="001"), stop(8, None, village=1, code="000"), stop(3, 1.0)]
    lost = [stop(7, None, village=2, code="0"), stop(5, 4.0, village=3, code="9")]
    assert walking_order([*lost, *stops]) == [3, 8, 9, 5, 7]


def test_two_at_the_same_place_are_walked_by_code() -> None:
    assert walking_order([stop(2, 1.0, code="b"), stop(3, 1.0, code="a"), stop(1, 0.0, code="0")]) == [
        1,
        3,
        2,
    ]


PLACES = st.one_of(st.none(), st.floats(-50, 50, allow_nan=False))
STOPS = st.lists(st.tuples(PLACES, PLACES, st.integers(1, 4)), max_size=40)


@given(STOPS, st.randoms())
def test_every_building_once_whatever_the_order_of_the_rows(places, random) -> None:
    stops = [stop(n, east, north, village) for n, (east, north, village) in enumerate(places)]
    order = walking_order(stops)
    assert sorted(order) == [s.pk for s in stops]
    random.shuffle(stops)
    assert walking_order(stops) == order


def test_a_whole_community_is_ordered_in_a_moment() -> None:
    stops = [stop(n, n * 7919 % 997 / 10, n * 104729 % 991 / 10, n % 12) for n in range(1000)]
    start = time.perf_counter()
    walking_order(stops)
    assert time.perf_counter() - start < 0.2
