"""The office edits a rule, sees what it would do to every home, and a second person publishes it."""

import re

from playwright.sync_api import expect

from accounts.roles import Role
from grading.models import GradeChange, RuleSet, Standing
from grading.services.hazards import Seen
from tests import factories
from tests.browser.conftest import Visitors, now, work_all
from tests.conftest import Cast
from tests.factories import pay_visit


def test_a_rule_is_edited_simulated_and_published_by_a_second_person(browse: Visitors, cast: Cast) -> None:
    factories.rules()
    building = factories.building(cast.fumin)
    homes = factories.units(building, 3)
    pay_visit(building, cast.grid, [Seen("H05", homes[0].pk)], at=now())
    GradeChange.objects.all().update(state="superseded")
    for home in homes:
        factories.graded(home, "green", now())
    second = factories.person("office2", Role.OFFICE)

    page = browse(cast.office, english=True)
    page.goto("/office/rules/")
    page.get_by_role("link", name="New draft").click()
    page.get_by_role("button", name="Make the draft").click()
    page.wait_for_url(re.compile("/office/rules/1.1/edit/$"))
    line = page.locator("#item-H05")
    line.get_by_role("link", name="Edit").click()
    form = page.locator("#item-H05 form")
    page.locator("#item-H05:not(.htmx-added, .htmx-settling) form:not(.htmx-added)").wait_for()  # it listens
    form.locator("[name=effect]").select_option("veto")
    expect(form.get_by_text("needs the cause")).to_be_visible()  # said while typing, nothing is saved
    form.locator("[name=effect]").select_option("cap")
    form.locator("[name=points]").fill("0")
    expect(form.get_by_text("Nothing is wrong with this.")).to_be_visible()
    form.get_by_role("button", name="Save").click()
    expect(line.get_by_text("at best yellow").first).to_be_visible()
    expect(page.locator("#item-H05.is-changed")).to_be_visible()

    page.get_by_role("link", name="What it would do").click()
    page.get_by_role("button", name="Run it over all homes").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    work_all()
    move = page.locator("td.is-move a")
    expect(move).to_have_text("1")
    move.click()
    expect(page.locator(f"a[href^='/review/homes/{homes[0].pk}/']")).to_be_visible()
    expect(page.locator("main")).to_contain_text("H05")
    page.goto("/office/rules/1.1/publish/")
    expect(page.get_by_text("Another person of the office publishes it.")).to_be_visible()
    expect(page.get_by_role("button", name="Publish this version")).to_have_count(0)

    browse.become(page, second)
    page.goto("/office/rules/1.1/publish/")
    page.locator("[name=reason]").fill("Decided at the meeting")
    page.get_by_role("button", name="Publish this version").click()
    page.wait_for_url(re.compile("/office/rules/1.1/$"))
    assert [(r.version, r.state) for r in RuleSet.objects.order_by("version")] == [
        ("1.0", "retired"),
        ("1.1", "published"),
    ]
    assert set(Standing.objects.values_list("grade", flat=True)) == {"green"}  # people decide
    page.get_by_role("link", name="Bulk assessment", exact=True).last.click()
    page.locator("[data-opens=assess]").click()
    page.locator("dialog#assess button[type=submit]").click()
    work_all()
    assert GradeChange.objects.open().get().unit == homes[0]
