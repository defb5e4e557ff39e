"""Set-up: what is refused and how it is said, what is done again and what is not."""

import runpy
import sys
from pathlib import Path

import pytest

from fucheng.onebox import setup, steps, vendor
from fucheng.onebox.stepdown import Refused

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def ran(monkeypatch, tmp_path):
    """Set-up in an empty folder; commands are noted instead of run."""
    commands = []
    for module in (setup, steps):
        monkeypatch.setattr(module, "ROOT", tmp_path)
        monkeypatch.setattr(module, "VAR", tmp_path / "var")
    monkeypatch.setattr(setup, "STAMPS", tmp_path / "var" / "stamps")
    monkeypatch.setattr(setup, "run", lambda command, *_: commands.append(command))
    (tmp_path / "requirements.lock").write_text(
        "one==1 \\\n    --hash=sha256:aa\ntwo==2 \\\n    --hash=sha256:bb\n"
    )
    setup._make_room()
    return commands


def test_old_python_is_refused_in_one_sentence(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 18, "final", 0))
    with pytest.raises(SystemExit) as refusal:
        runpy.run_path(str(ROOT / "fucheng" / "onebox" / "bootstrap.py"), run_name="__main__")
    assert str(refusal.value).startswith("Fucheng needs Python 3.11 or later, this is 3.9")


def test_bootstrap_can_be_read_by_an_old_python():
    compile((ROOT / "fucheng" / "onebox" / "bootstrap.py").read_text(), "bootstrap", "exec", 0)
    text = (ROOT / "fucheng" / "onebox" / "bootstrap.py").read_text()
    assert "match " not in text
    assert ":=" not in text


def test_packages_are_installed_with_hashes_and_only_once(ran):
    setup._install("requirements.lock", None, "packages")
    setup._install("requirements.lock", None, "packages")
    assert len(ran) == 1
    assert "--require-hashes" in ran[0]
    assert "--no-deps" in ran[0]
    assert not any("index" in word for word in ran[0])


def test_packages_are_installed_again_when_the_lock_changes(ran, tmp_path):
    setup._install("requirements.lock", None, "packages")
    (tmp_path / "requirements.lock").write_text("one==2 \\\n    --hash=sha256:cc\n")
    setup._install("requirements.lock", None, "packages")
    assert len(ran) == 2


def test_only_the_named_packages_of_a_lock_are_asked_for(ran, tmp_path):
    setup._install("requirements.lock", {"two"}, "package")
    wanted = Path(ran[0][-1]).read_text()
    assert wanted == "two==2 \\\n    --hash=sha256:bb\n"


def test_postgresql_is_not_fetched_where_a_database_is_given(ran, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/else")
    monkeypatch.setenv("FUCHENG_PG_BIN", "/nowhere")
    setup.install_postgresql()
    assert ran == []


def test_full_disk_is_refused_before_anything_is_fetched(ran, monkeypatch):
    monkeypatch.setattr(setup, "ROOM", 2**62)
    with pytest.raises(Refused, match="free some space"):
        setup._make_room()


@pytest.mark.parametrize(
    ("output", "cause"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("Failed to establish a new connection: [Errno 101]", "cannot be reached"),
        ("npm error code EAI_AGAIN", "cannot be reached"),
        ("SSLError(SSLCertVerificationError(1, 'CERTIFICATE_VERIFY_FAILED", "certificate"),
        ("npm error code EINTEGRITY", "not the one that was locked"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "not the one that was locked"),
        ("ERROR: No matching distribution found for django==5.2.19", "lacks a locked package"),
        ("npm error code EACCES", "who owns the checkout"),
        ("something new", "last lines of the log"),
    ],
)
def test_failure_is_explained_in_one_sentence(output, cause):
    sentence = steps.explain("The Python packages", output)
    assert cause in sentence
    assert sentence.startswith("The Python packages could not be installed: ")
    assert "\n" not in sentence


def test_caches_and_temporary_files_stay_below_var(monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "kept as the user has it")
    environment = steps._environment()
    for name in ("PIP_CACHE_DIR", "TMPDIR", "npm_config_cache"):
        assert Path(environment[name]).is_relative_to(ROOT / "var" / "cache")
    assert environment["PIP_INDEX_URL"] == "kept as the user has it"


def test_vendor_copies_named_files_and_removes_others(tmp_path):
    modules, target = tmp_path / "node_modules", tmp_path / "vendor"
    for source in vendor.FILES:
        (modules / source).parent.mkdir(parents=True, exist_ok=True)
        (modules / source).write_text(source)
    target.mkdir()
    (target / "forgotten.js").touch()
    assert vendor.copy_all(modules, target) == len(vendor.FILES)
    assert vendor.is_complete(target)
    assert not (target / "forgotten.js").exists()


def test_vendor_names_the_file_that_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"node_modules/@tabler/core/dist/css/tabler\.min\.css"):
        vendor.copy_all(tmp_path, tmp_path / "vendor")
