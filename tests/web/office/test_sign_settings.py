"""What signs say, seen before it is put in force; printers; hand-picked orders; the walking list."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import AuditEvent
from communities.models import Street
from core.errors import Invalid
from fucheng.flows import sign_settings
from jobs import running
from signage.engine.verify import read_pages
from signage.models import Printer, PrintRun, Product, SignSettings
from signage.services import samples, wording
from signage.sizes import SIZES
from tests import factories
from tests.web.office.conftest import Office

SETTINGS, PRINTERS, RUNS = "/office/signs/settings/", "/office/printers/", "/office/print-runs/"
NOON = factories.NOON


def typed(**changed: object) -> dict[str, object]:
    """The form as it is filled in, with what is typed over it."""
    current = wording.in_force()
    texts = {name: getattr(current, name) for name in wording.TEXTS}
    sizes = {f"size_{product}": wording.size_of(current, product) for product in SIZES}
    return texts | wording.lines(current) | sizes | changed


def settled(office: Office, **changed: object) -> SignSettings:
    assert office.post(SETTINGS, **typed(**changed)).status_code == 302
    return SignSettings.objects.latest("pk")


def test_the_hotline_is_on_every_product_and_in_the_street(office: Office) -> None:
    version = settled(office, hotline="0755-99887766")
    for product in SIZES:
        assert "0755-99887766" in read_pages(samples.pdf(product, version), [1], dpi=72)[0].text, product
    assert Street.objects.get().hotline == "0755-99887766"
    assert version.by == office.cast.office
    assert AuditEvent.objects.filter(verb="signs-settled", actor=office.cast.office).count() == 1


def test_looking_puts_nothing_in_force(office: Office) -> None:
    page = office.post(SETTINGS, look="1", **typed(hotline="0755-11112222")).content.decode()
    assert page.count("data:image/png;base64,") == len(SIZES)
    assert not SignSettings.objects.exists()


@pytest.mark.parametrize("product", list(SIZES))
def test_a_preview_is_drawn_from_what_is_typed(office: Office, product: str) -> None:
    url = f"{SETTINGS}{product}/"
    plain = office.get(url).content
    assert b"data:image/png;base64," in plain
    assert office.post(url, **typed(hotline="0755-99887766")).content != plain
    assert office.post(url, **typed(hotline="")).content.count(b"not filled in yet") == 1


def test_what_does_not_fit_is_named_and_not_put_in_force(office: Office) -> None:
    answer = office.post(SETTINGS, **typed(programme="福城街道出租屋分级管理办公室" * 2))
    assert answer.status_code == 422
    assert "Too long: 福城街道" in answer.content.decode()
    assert not SignSettings.objects.exists()
    lines = "应当按期完成整改并接受复查，逾期的依法处理。\n" * 120
    with pytest.raises(Invalid) as refused:
        samples.refuse_misfits(SignSettings(**version_of(meaning=lines)))
    assert str(Product.NO_RENTAL.label) in str(refused.value)
    with pytest.raises(Invalid) as refused:
        samples.refuse_misfits(SignSettings(**version_of(), office="福城𡒄"))
    assert "𡒄 U+21484" in str(refused.value)


def version_of(**said: str) -> dict[str, object]:
    return {"hotline": "0755-1", "programme": "分级管理", "scan": "扫码", "wording": said}


@pytest.mark.parametrize("hotline", ["", "请打电话", "1", "0" * 40])
def test_a_hotline_is_a_number(office: Office, hotline: str) -> None:
    assert office.post(SETTINGS, **typed(hotline=hotline)).status_code == 422
    assert not SignSettings.objects.exists()


def test_a_size_that_is_not_printed_is_refused(office: Office) -> None:
    assert office.post(SETTINGS, **typed(size_no_rental="a0")).status_code == 422
    with pytest.raises(Invalid):
        sign_settings.put_in_force(
            values=version_of() | {"office": "街道", "logo": "", "sizes": {"no_rental": "a0"}},
            by=office.cast.office,
            at=NOON,
        )


def test_a_logo_is_kept_and_drawn_and_can_be_left_out(office: Office) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (900, 300), "#cc11cc").save(out, "PNG")
    version = settled(office, logo=SimpleUploadedFile("logo.png", out.getvalue(), "image/png"))
    assert re.fullmatch(r"logos/[0-9a-f]{64}\.png", version.logo)
    assert wording.imprint(version).logo.startswith(b"\x89PNG")
    assert wording.sticker_texts(version).logo == wording.imprint(version).logo
    assert settled(office, kept_logo=version.logo).logo == version.logo
    assert settled(office, kept_logo="../../etc/passwd").logo == ""
    assert settled(office, kept_logo=version.logo, without_logo="on").logo == ""
    broken = SimpleUploadedFile("logo.png", b"no picture", "image/png")
    assert office.post(SETTINGS, **typed(logo=broken)).status_code == 422


def test_a_run_keeps_the_version_it_was_ordered_with(office: Office) -> None:
    settled(office, hotline="0755-11111111")
    office.post(f"{RUNS}new/", product="sticker")
    run = PrintRun.objects.get()
    settled(office, hotline="0755-22222222")
    assert run.job is not None
    running.drain(run.job.pk)
    file = run.files.get()
    pdf = b"".join(office.get(f"{RUNS}{run.pk}/files/{file.seq}/").streaming_content)
    assert "0755-11111111" in read_pages(pdf, [1])[0].text
    assert "0755-22222222" not in read_pages(pdf, [1])[0].text


def test_a_printer_is_set_up_calibrated_and_used(office: Office) -> None:
    values = {
        "name": "二楼彩色",
        "offset_x": "1.5",
        "offset_y": "-2",
        "gap_x": "3",
        "gap_y": "2",
        "is_active": "on",
    }
    answer = office.post(f"{PRINTERS}new/", **values)
    printer = Printer.objects.get()
    assert answer.url == f"{PRINTERS}{printer.pk}/"
    assert "二楼彩色" in office.get(PRINTERS).content.decode()
    for size in ("64x34", "99x67", "a6"):
        sheet = office.get(f"{PRINTERS}{printer.pk}/sheet/{size}/")
        text = read_pages(sheet.content, [1], dpi=72)[0].text
        assert "当前设置：向右+1.5，向上-2" in text.replace("−", "-")
    assert office.get(f"{PRINTERS}{printer.pk}/sheet/a3/").status_code == 404
    office.post(f"{RUNS}new/", product="sticker", printer=printer.pk, size="99x67")
    assert PrintRun.objects.values_list("printer", "size").get() == (printer.pk, "99x67")


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"offset_x": "21"}, {"gap_y": "9"}, {"gap_x": "-1"}, {"offset_y": "viel"}]
)
def test_a_printer_that_cannot_be_is_refused(office: Office, wrong: dict[str, str]) -> None:
    values = {"name": "p", "offset_x": "0", "offset_y": "0", "gap_x": "2", "gap_y": "2"} | wrong
    assert office.post(f"{PRINTERS}new/", **values).status_code == 422
    assert not Printer.objects.exists()


def test_two_printers_have_two_names(office: Office) -> None:
    values = {"name": "p", "offset_x": "0", "offset_y": "0", "gap_x": "2", "gap_y": "2"}
    assert office.post(f"{PRINTERS}new/", **values).status_code == 302
    assert office.post(f"{PRINTERS}new/", **values).status_code == 422


def test_a_scattered_set_is_printed_again_by_serial_and_by_code(office: Office) -> None:
    office.post(f"{RUNS}new/", product="sticker")
    first = PrintRun.objects.get()
    assert first.job is not None
    running.drain(first.job.pk)
    one, two, _three = office.homes
    serial = first.signs.get(unit=one).serial
    office.post(f"{RUNS}new/", product="sticker", owed="on", places=f"{serial.lower()}，\n{two.code}")
    again = PrintRun.objects.latest("pk")
    assert again.job is not None
    running.drain(again.job.pk)
    assert {item.unit for item in again.items.all()} == {one, two}
    page = office.get(f"{RUNS}{first.pk}/signs/").content.decode()
    assert all(sign.serial in page for sign in first.signs.all())
    asked = office.get(f"{RUNS}new/?product=sticker&places={serial}&places={two.code}")
    assert asked.context["size"].signs == 2


def test_what_was_picked_and_is_not_there_is_named(office: Office) -> None:
    answer = office.post(f"{RUNS}new/", product="sticker", places="FC9999999 甲乙丙")
    assert answer.status_code == 422
    assert "FC9999999, 甲乙丙" in answer.content.decode()
    assert not PrintRun.objects.exists()


def test_a_size_of_another_product_and_a_place_off_the_sheet_are_refused(office: Office) -> None:
    assert office.post(f"{RUNS}new/", product="sticker", size="a3").status_code == 422
    assert office.post(f"{RUNS}new/", product="sticker", size="99x67", start_at="9").status_code == 422
    assert office.get(f"{RUNS}new/?product=sticker&size=99x67&start_at=8").context["size"].sheets == 2


def test_the_walking_list_says_what_replaces_what(office: Office) -> None:
    one = office.homes[0]
    old = factories.sign(one, state="posted")
    office.post(f"{RUNS}new/", product="sticker")
    run = PrintRun.objects.latest("pk")
    assert run.job is not None
    running.drain(run.job.pk)
    text = "".join(
        page.text for page in read_pages(office.get(f"{RUNS}{run.pk}/files/0/walk/").content, dpi=40)
    )
    new = run.signs.get(unit=one)
    assert f"{old.serial}宽管级{new.serial}宽管级1-1" in text
    assert "其中换新1枚" in text
    assert "首次张贴2枚" in text
    page = office.get(f"{RUNS}{run.pk}/signs/").content.decode()
    assert old.serial in page
