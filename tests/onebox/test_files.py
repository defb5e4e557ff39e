"""The files that others read: locks, package lists, image, compose, CI, language catalogues."""

import json
import re
import subprocess
from pathlib import Path

import polib
import pytest
import yaml

from fucheng.cli.management.commands.check_catalogues import extract, faults_of
from fucheng.onebox import catalogues
from fucheng.onebox.lock import BASE, EXTRAS, blocks_of

ROOT = Path(__file__).resolve().parents[2]
LOCKS = [BASE, *(f"requirements-{extra}.lock" for extra in EXTRAS)]


@pytest.mark.parametrize("name", LOCKS)
def test_lock_pins_every_package_with_hashes_and_names_no_place(name):
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert not re.search(r"(^|\s)(/|--(extra-)?index|--find-links|-e )", text)
    for package, block in blocks_of(text).items():
        assert "--hash=sha256:" in block, package


def test_locks_do_not_name_a_package_twice():
    names = [name for lock in LOCKS for name in blocks_of((ROOT / lock).read_text())]
    assert len(names) == len(set(names))


def test_front_end_lock_names_no_registry():
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]


def test_front_end_versions_are_exact():
    package = json.loads((ROOT / "package.json").read_text())
    for name, version in (package["dependencies"] | package["devDependencies"]).items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def test_compose_opens_the_site_only(services):
    assert {name for name, service in services.items() if "ports" in service} == {"web"}
    assert services["web"]["ports"] == ["8000:8000"]


def test_compose_checks_the_health_of_every_service(services):
    assert set(services) == {"web", "worker", "beat", "db", "broker", "migrate"}
    for name in ("worker", "beat", "db", "broker"):
        assert "test" in services[name]["healthcheck"], name
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()


def test_compose_keeps_data_in_named_volumes(services):
    named = set(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["volumes"])
    used = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", ())}
    assert used == named


def test_example_environment_names_all_that_production_requires():
    text = (ROOT / ".env.example").read_text()
    settings = (ROOT / "fucheng" / "settings" / "production.py").read_text()
    for name in re.findall(r'(?:required|env\.\w+)\("(\w+)"', settings):
        assert re.search(rf"^#? ?{name}=", text, re.MULTILINE), name


def test_ci_script_is_valid_bash():
    subprocess.run(["bash", "-n", ROOT / ".ci" / "run"], check=True)


def test_make_alone_prints_help():
    answer = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    for goal in ("demo", "test", "test-deep", "test-faults", "check", "bench", "bench-deep", "clean"):
        assert f"make {goal}" in answer.stdout


@pytest.fixture
def catalogue(tmp_path):
    def write(*entries: polib.POEntry) -> Path:
        folder = tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES"
        folder.mkdir(parents=True)
        book = polib.POFile()
        book.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
        book.extend(entries)
        book.save(str(folder / "django.po"))
        return folder / "django.po"

    return write


def test_catalogue_faults_are_named(catalogue):
    kept = catalogue(
        polib.POEntry(msgid="done", msgstr="完成"),
        polib.POEntry(msgid="empty", msgstr=""),
        polib.POEntry(msgid="doubtful", msgstr="可能", flags=["fuzzy"]),
    )
    wanted = [polib.POEntry(msgid=text) for text in ("done", "empty", "doubtful", "new")]
    assert [fault.split(":")[0] for fault in faults_of(kept, wanted)] == [
        "not translated",
        "fuzzy",
        "missing",
    ]


def test_texts_are_extracted_from_code_and_templates(tmp_path):
    (tmp_path / "page.html").write_text('{% load i18n %}{% translate "Red" %}')
    (tmp_path / "code.py").write_text('from django.utils.translation import gettext as _\n_("Green")\n')
    assert {entry.msgid for entry in extract(tmp_path, "zh_Hans")} == {"Red", "Green"}


def test_compiled_catalogue_leaves_out_fuzzy_entries(catalogue):
    kept = catalogue(
        polib.POEntry(msgid="Red", msgstr="红色"), polib.POEntry(msgid="Blue", msgstr="蓝", flags=["fuzzy"])
    )
    assert catalogues.compile_all(kept.parents[2]) == 1
    compiled = polib.mofile(str(kept.with_suffix(".mo")))
    assert {entry.msgid: entry.msgstr for entry in compiled} == {"Red": "红色"}
