"""The pages of a draft: what is typed stays, faults are said beside it, lists cost the same for one and many."""

import pytest
from django.utils import timezone

from fucheng.flows import rule_drafts, what_if
from grading.models import RuleSet
from jobs import running
from tests import factories
from tests.web.office.conftest import Office
from tests.web.office.test_pages import cost


@pytest.fixture
def draft(office: Office) -> RuleSet:
    return factories.draft()


def item(draft: RuleSet, **changed: str) -> dict[str, str]:
    row = draft.items.get(code="H05")
    fields = ("text_zh", "text_en", "fault_zh", "fault_en", "scope", "severity", "effect", "points", "deadline",
              "deadline_days", "department")  # fmt: skip
    return {name: str(getattr(row, name)) for name in fields} | {"sources": "S65"} | changed


def test_bad_input_keeps_everything_that_was_typed(office: Office, draft: RuleSet) -> None:
    typed = item(draft, effect="veto", points="0", fault_en="", department="消防大队")
    page = office.post("/office/rules/1.1/items/H05/", **typed)
    assert page.status_code == 422
    words = page.content.decode()
    assert "needs the cause" in words
    assert "This text is missing in English." in words
    assert "消防大队" in words
    assert draft.items.get(code="H05").effect == "points"


def test_an_item_is_saved_in_place_or_on_a_page_of_its_own(office: Office, draft: RuleSet) -> None:
    url, typed = "/office/rules/1.1/items/H05/", item(draft, points="7")
    assert office.post(url, **typed).url == "/office/rules/1.1/edit/"
    line = office.client.post(url, item(draft, points="8"), headers={"HX-Request": "true"})
    assert line.status_code == 200
    assert "<html" not in line.content.decode()
    assert "−8" in line.content.decode()
    assert draft.items.get(code="H05").points == 8


def test_checking_while_typing_saves_nothing(office: Office, draft: RuleSet) -> None:
    url = "/office/rules/1.1/check/?code=H05"
    assert "costs at most 20" in office.post(url, **item(draft, points="21")).content.decode()
    assert "Nothing is wrong" in office.post(url, **item(draft, points="6")).content.decode()
    assert draft.items.get(code="H05").points == 5


def test_settings_say_what_cannot_be_reached(office: Office, draft: RuleSet) -> None:
    page = office.get("/office/rules/1.1/settings/")
    typed = {name: str(value) for name, value in page.context["form"].initial.items()}
    wrong = office.post("/office/rules/1.1/settings/", **typed | {"green_from": "101"})
    assert (wrong.status_code, "No home can reach this" in wrong.content.decode()) == (422, True)
    hint = office.post("/office/rules/1.1/settings/check/", **typed | {"green_from": "10"})
    assert "No home falls below this" in hint.content.decode()
    assert office.post("/office/rules/1.1/settings/", **typed | {"green_from": "85"}).status_code == 302


def test_an_item_is_added_taken_out_and_brought_back(office: Office, draft: RuleSet) -> None:
    assert office.post("/office/rules/1.1/items/new/", **item(draft, code="H05")).status_code == 422
    assert office.post("/office/rules/1.1/items/new/", **item(draft, code="H11")).status_code == 302
    office.post("/office/rules/1.1/items/E06/retire/")
    page = office.get("/office/rules/1.1/compare/").content.decode()
    assert "H11" in page
    assert "Items taken out" in page
    office.post("/office/rules/1.1/items/E06/restore/")
    assert "Items taken out" not in office.get("/office/rules/1.1/compare/").content.decode()


def test_the_maker_is_told_to_ask_a_colleague(office: Office) -> None:
    factories.draft("1.2", by=office.cast.office)
    running.drain(what_if.ask(version="1.2", by=office.cast.office, at=timezone.now()).pk)
    assert (
        "Another person of the office publishes it."
        in office.get("/office/rules/1.2/publish/").content.decode()
    )
    data = {"effective_on": timezone.localdate(), "reason": "x"}
    assert office.post("/office/rules/1.2/publish/", **data).status_code == 403


def test_a_draft_page_costs_the_same_for_one_and_fifty_changes(office: Office, draft: RuleSet) -> None:
    by, at = factories.system_user(), timezone.now()
    rule_drafts.save_item(version="1.1", code="H05", values={"points": 4}, by=by, at=at)
    one = cost(office, "/office/rules/1.1/edit/")
    for row in draft.items.exclude(code="H05"):
        rule_drafts.save_item(version="1.1", code=row.code, values={"department": "x"}, by=by, at=at)
    assert cost(office, "/office/rules/1.1/edit/") == one
