"""Personal data at rest: opens only where it was sealed, is found by its index, and says nothing by itself."""

import uuid

import pytest

from core import protected
from core.protected import Protected, SealBroken, blind_index, seal, unseal
from rentals.models import Landlord
from tests import factories

ROW = uuid.UUID(int=1)
OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture
def keys(settings):
    """Sets the keys; the ciphers made from others are forgotten before and after."""

    def use(**numbered: bytes) -> None:
        settings.PERSONAL_DATA_KEYS = {int(name[1:]): key for name, key in numbered.items()}
        protected._cipher.cache_clear()
        protected._index_key.cache_clear()

    use(k1=OLD)
    yield use
    protected._cipher.cache_clear()
    protected._index_key.cache_clear()


def test_what_was_sealed_opens_at_its_place(keys) -> None:
    sealed = seal("10012345678", place="t.phone", row=ROW)
    assert unseal(sealed, place="t.phone", row=ROW) == "10012345678"
    assert unseal(memoryview(sealed), place="t.phone", row=ROW) == "10012345678"
    assert b"10012345678" not in sealed


def test_the_same_value_is_never_sealed_alike(keys) -> None:
    assert len({seal("x", place="t.phone", row=ROW) for _n in range(20)}) == 20


@pytest.mark.parametrize(("place", "row"), [("t.name", ROW), ("u.phone", ROW), ("t.phone", uuid.UUID(int=2))])
def test_a_value_moved_elsewhere_does_not_open(keys, place: str, row: uuid.UUID) -> None:
    with pytest.raises(SealBroken):
        unseal(seal("x", place="t.phone", row=ROW), place=place, row=row)


def test_every_changed_byte_is_noticed(keys) -> None:
    sealed = seal("x", place="t.phone", row=ROW)
    for position in range(len(sealed)):
        broken = bytearray(sealed)
        broken[position] ^= 1
        with pytest.raises(SealBroken):
            unseal(bytes(broken), place="t.phone", row=ROW)


@pytest.mark.parametrize("length", [0, 1, 13, 29])
def test_a_stump_does_not_open(keys, length: int) -> None:
    with pytest.raises(SealBroken):
        unseal(seal("x", place="t.phone", row=ROW)[:length], place="t.phone", row=ROW)


def test_another_key_under_the_same_number_does_not_open(keys) -> None:
    sealed = seal("x", place="t.phone", row=ROW)
    keys(k1=NEW)
    with pytest.raises(SealBroken):
        unseal(sealed, place="t.phone", row=ROW)


def test_a_new_key_seals_and_the_old_one_still_opens(keys) -> None:
    old, index = seal("x", place="t.phone", row=ROW), blind_index("x", purpose="phone")
    keys(k1=OLD, k2=NEW)
    assert (old[1], seal("x", place="t.phone", row=ROW)[1]) == (1, 2)
    assert unseal(old, place="t.phone", row=ROW) == "x"
    assert blind_index("x", purpose="phone") == index


def test_the_index_is_equal_for_equal_values_of_one_purpose_only(keys) -> None:
    index = blind_index("10012345678", purpose="phone")
    assert index == blind_index("10012345678", purpose="phone")
    assert len(index) == 16
    assert index not in {blind_index("10012345678", purpose="identity"), blind_index("1", purpose="phone")}
    keys(k1=NEW)
    assert blind_index("10012345678", purpose="phone") != index


def test_a_persons_phone_is_read_by_name_and_stored_sealed(db: None) -> None:
    row = Landlord.objects.get(pk=factories.landlord(phone="10012345678").pk)
    assert (row.phone, row.masked_phone) == ("10012345678", "100****5678")
    assert bytes(row.phone_index) == blind_index("10012345678", purpose="phone")
    assert isinstance(Landlord.phone, Protected)
    row.phone = ""
    assert (row.phone, row.phone_sealed, row.phone_index) == ("", None, None)


def test_a_sealed_phone_copied_to_another_person_does_not_open(db: None) -> None:
    one, other = factories.landlord(phone="10012345678"), factories.landlord("李四", "10087654321")
    Landlord.objects.filter(pk=other.pk).update(phone_sealed=one.phone_sealed)
    with pytest.raises(SealBroken):
        _ = Landlord.objects.get(pk=other.pk).phone
