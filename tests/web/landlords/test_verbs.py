"""Proof and delisting from the landlord's phone: sent once, refused with a reason, followed to the end."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.roles import Role
from fucheng.flows import grade_change, proof
from grading.models import DelistingRequest, Photo, Proof
from grading.services.hazards import Seen
from tests import factories
from tests.web.field.conftest import picture
from tests.web.landlords.conftest import Owner


def open_hazard(owner: Owner, item: str = "H05") -> str:
    from grading.models import Hazard

    owner.visited(Seen(item, owner.home.pk))
    return f"/landlords/hazards/{Hazard.objects.get(item_code=item).pk}/proof/"


def test_proof_with_words_and_photos_arrives(owner: Owner) -> None:
    url = open_hazard(owner)
    answer = owner.client.post(url, {"note": "已换新烟感", "photos": [picture()]})
    sent = Proof.objects.get()
    assert answer.url == f"/landlords/homes/{owner.home.pk}/"
    assert (sent.note, sent.state, Photo.objects.get().proof) == ("已换新烟感", "sent", sent)


def test_proof_sent_twice_is_one_proof(owner: Owner) -> None:
    url = open_hazard(owner)
    for _ in range(2):
        assert owner.client.post(url, {"note": "已换新烟感"}).status_code == 302
    assert Proof.objects.count() == 1


def test_proof_needs_words_or_a_photo(owner: Owner) -> None:
    assert owner.client.post(open_hazard(owner), {"note": ""}).status_code == 422
    assert not Proof.objects.exists()


def test_unusable_photo_is_told_and_the_words_are_kept(owner: Owner) -> None:
    bad = SimpleUploadedFile("x.jpg", b"no picture", "image/jpeg")
    answer = owner.client.post(open_hazard(owner), {"note": "已换新烟感", "photos": [bad, picture()]})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "已换新烟感" in page
    assert "photos-kept" in page


def test_refused_proof_shows_its_reason_and_another_may_follow(owner: Owner) -> None:
    url = open_hazard(owner)
    owner.client.post(url, {"note": "已换"})
    sent = Proof.objects.get()
    proof.refuse(proof_id=sent.pk, by=owner.cast.reviewer, at=timezone.now(), reason="照片看不清")
    assert "照片看不清" in owner.client.get(f"/landlords/homes/{owner.home.pk}/").content.decode()
    owner.client.post(url, {"note": "重拍"})
    assert Proof.objects.count() == 2


def test_proof_for_common_parts_is_not_told_to_the_other_owner(owner: Owner) -> None:
    from grading.models import Hazard
    from tests import factories

    owner.visited(Seen("F02", None))
    url = f"/landlords/hazards/{Hazard.objects.get().pk}/proof/?home={owner.home.pk}"
    assert owner.client.post(url, {"note": "我已清走"}).url == f"/landlords/homes/{owner.home.pk}/"
    owner.client.force_login(factories.landlord_account("10087654321", "neighbour"))
    page = owner.client.get(f"/landlords/homes/{owner.neighbour.pk}/").content.decode()
    assert "我已清走" not in page
    assert 'class="ll-proof is-sent"' in page


def test_delisting_is_asked_for_once_and_can_be_followed(owner: Owner) -> None:
    owner.turn_red()
    url = f"/landlords/homes/{owner.home.pk}/delisting/"
    assert owner.client.post(url, {"words": ""}).status_code == 422
    for _ in range(2):
        assert owner.client.post(url, {"words": "麻将桌已清走"}).status_code == 302
    row = DelistingRequest.objects.get()
    page = owner.client.get(f"/landlords/homes/{owner.home.pk}/").content.decode()
    assert f"{row.inspect_by:%Y-%m-%d}" in page
    assert page.count('aria-current="step"') == 1


def test_delisting_is_followed_to_the_decision_with_its_reason(owner: Owner) -> None:
    owner.turn_red()
    owner.client.post(f"/landlords/homes/{owner.home.pk}/delisting/", {"words": "麻将桌已清走"})
    colleague = factories.person("colleague", Role.GRID_WORKER, owner.cast.fumin)
    owner.visited(Seen("L06", owner.home.pk, "mended"), by=colleague)  # type: ignore[arg-type]
    change, at = DelistingRequest.objects.get().change, timezone.now()
    assert change
    grade_change.review(change_id=change.pk, by=owner.cast.reviewer, at=at, reason="复查合格")
    grade_change.approve(change_id=change.pk, by=owner.cast.panel, at=at, reason="同意摘牌")
    page = owner.client.get(f"/landlords/homes/{owner.home.pk}/").content.decode()
    assert owner.grade == "green"
    for text in ("麻将桌已清走", "复查合格", "同意摘牌"):
        assert text in page


def test_delisting_of_a_home_that_is_not_red_is_answered_in_words(owner: Owner) -> None:
    url = f"/landlords/homes/{owner.home.pk}/delisting/"
    assert owner.client.get(url).status_code == 200
    assert owner.client.post(url, {"words": "请复查"}).status_code == 302
    assert not DelistingRequest.objects.exists()


def test_request_is_withdrawn_once_and_only_by_its_landlord(owner: Owner) -> None:
    from tests import factories

    owner.turn_red()
    owner.client.post(f"/landlords/homes/{owner.home.pk}/delisting/", {"words": "麻将桌已清走"})
    url = f"/landlords/delisting/{DelistingRequest.objects.get().pk}/withdraw/"
    assert owner.client.get(url).status_code == 200
    for _ in range(2):
        assert owner.client.post(url).status_code == 302
    assert DelistingRequest.objects.get().state == "withdrawn"
    owner.client.force_login(factories.landlord_account("10087654321", "neighbour"))
    assert owner.client.post(url).status_code == 404
