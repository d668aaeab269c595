"""`reelscape user`, `apikey` and `jobs` as processes beside a service: what they print where, and how they fail."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

MAKE = (
    "from django.core.management import call_command; from reelscape.web.opening import open_data_dir; "
    "open_data_dir(); call_command('migrate', verbosity=0); "
)
JOB = (
    "from reelscape.jobs.models import Job; from django.contrib.auth.models import User; "
    "Job.objects.create(owner=User.objects.create_user('zoe'), title='Kitchen\\x1b[2J', max_gaussians=1, num_steps=1)"
)
Reelscape = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("service")
    env = os.environ | {"REELSCAPE_DATA_DIR": str(folder)}
    subprocess.run([sys.executable, "-c", MAKE + JOB], env=env, check=True)
    return folder


@pytest.fixture(scope="module")
def reelscape(data_dir: Path) -> Reelscape:
    def run(*words: str, data: Path = data_dir, given: str = "") -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-m", "reelscape.cli", *words, "--data", str(data)]
        return subprocess.run(program, input=given, capture_output=True, text=True, timeout=60, check=False)

    return run


@pytest.fixture(scope="module")
def ann(reelscape: Reelscape) -> str:
    assert reelscape("user", "create", "ann", "--email", "ann@example.org", "--admin").returncode == 0
    return "ann"


def test_an_account_gets_a_random_password_shown_once(reelscape: Reelscape) -> None:
    made = reelscape("user", "create", "bob")
    assert made.returncode == 0 and re.fullmatch(r"\S{16}\n", made.stdout)
    assert "bob" in made.stderr and made.stdout.strip() not in made.stderr


def test_a_password_may_be_given(reelscape: Reelscape) -> None:
    made = reelscape("user", "create", "carl", "--password-stdin", given="seven brown foxes\n")
    assert (made.returncode, made.stdout) == (0, "")


def test_a_new_password_is_set(reelscape: Reelscape, ann: str) -> None:
    made = reelscape("user", "password", "ANN")
    assert made.returncode == 0 and re.fullmatch(r"\S{16}\n", made.stdout) and "'ann'" in made.stderr
    given = reelscape("user", "password", "ann", "--password-stdin", given="seven brown foxes\n")
    assert (given.returncode, given.stdout) == (0, "")


def test_accounts_are_listed(reelscape: Reelscape, ann: str) -> None:
    lines = reelscape("user", "list").stdout.splitlines()
    assert lines[0].split() == ["NAME", "E-MAIL", "ROLE", "SINCE"]
    assert any(line.split()[:3] == ["ann", "ann@example.org", "admin"] for line in lines)


def test_a_key_stands_alone_on_standard_output(reelscape: Reelscape, ann: str) -> None:
    made = reelscape("apikey", "create", "laptop", "--user", ann, "--expires-days", "30")
    assert made.returncode == 0 and re.fullmatch(r"\w{8}\.\w{32}\n", made.stdout)
    assert "It ends on" in made.stderr
    prefix = made.stdout[:8]
    assert prefix in reelscape("apikey", "list").stdout
    listed = reelscape("apikey", "list", "--user", "ANN").stdout
    assert prefix in listed and made.stdout.strip()[9:] not in listed
    assert reelscape("apikey", "revoke", "laptop", "--user", ann).returncode == 0
    assert prefix not in reelscape("apikey", "list").stdout


def test_a_key_is_made_while_the_service_writes(reelscape: Reelscape, ann: str, data_dir: Path) -> None:
    writer = sqlite3.connect(data_dir / "reelscape.sqlite3", isolation_level=None, check_same_thread=False)
    writer.execute("BEGIN IMMEDIATE")
    held_s = 1.5
    began = time.monotonic()
    release = threading.Timer(held_s, writer.commit)
    release.start()
    made = reelscape("apikey", "create", "beside", "--user", ann)
    release.join()
    writer.close()
    assert made.returncode == 0, made.stderr
    assert time.monotonic() - began > held_s


def test_jobs_are_a_table_or_json(reelscape: Reelscape) -> None:
    head, row = reelscape("jobs").stdout.splitlines()
    assert head.split() == ["ID", "TITLE", "OWNER", "STATUS", "STAGE", "DONE", "AGE"]
    assert "Kitchen?[2J" in row and "zoe" in row and "queued" in row and "0%" in row
    (job,) = json.loads(reelscape("jobs", "--json").stdout)
    assert (job["title"], job["owner"], job["status"]) == ("Kitchen\x1b[2J", "zoe", "queued")
    assert row.startswith(job["id"])


@pytest.mark.parametrize(
    ("words", "given", "code"),
    [
        (("user", "create", "ZOE"), "", "bad_user_name"),
        (("user", "create", "dan", "--email", "nowhere"), "", "bad_email"),
        (("user", "create", "dan", "--password-stdin"), "hunter2\n", "bad_password"),
        (("apikey", "create", "laptop", "--user", "nobody"), "", "user_not_found"),
        (("user", "password", "nobody"), "", "user_not_found"),
        (("user", "password", "zoe", "--password-stdin"), "hunter2\n", "bad_password"),
        (("apikey", "create", "x" * 51, "--user", "zoe"), "", "bad_key_name"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    reelscape: Reelscape, words: tuple[str, ...], given: str, code: str
) -> None:
    failed = reelscape(*words, given=given)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith("Error: ") and f"[{code}]" in failed.stderr
    assert len(failed.stderr.splitlines()) == 2, "a sentence and advice"


def test_who_looks_into_the_wrong_folder_is_told_which(reelscape: Reelscape, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", MAKE], env=os.environ | {"REELSCAPE_DATA_DIR": str(tmp_path)}, check=True)
    for words in (("user", "list"), ("apikey", "list"), ("jobs",), ("apikey", "create", "x", "--user", "admin")):
        assert f"the data folder {tmp_path}" in reelscape(*words, data=tmp_path).stderr, words


@pytest.mark.parametrize("words", [("user", "list"), ("apikey", "list"), ("jobs",)])
def test_a_folder_without_a_service_is_left_as_it_is(
    reelscape: Reelscape, tmp_path: Path, words: tuple[str, ...]
) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        failed = reelscape(*words, data=folder)
        assert failed.returncode == 1 and "[no_data_dir]" in failed.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_another_version_is_no_traceback(reelscape: Reelscape, tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "reelscape.sqlite3").close()
    (tmp_path / "reelscape.sqlite3").touch()
    failed = reelscape("user", "list", data=tmp_path)
    assert failed.returncode == 1 and "does not fit this version" in failed.stderr
    (tmp_path / "reelscape.sqlite3").write_bytes(b"no database at all, but text" * 100)
    for words in (("user", "list"), ("worker",), ("serve",)):
        failed = reelscape(*words, data=tmp_path)
        assert failed.returncode == 1 and "[database_damaged]" in failed.stderr and "backup" in failed.stderr
        assert "Traceback" not in failed.stderr, words


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root may write everywhere")
@pytest.mark.parametrize("words", [("user", "create", "x"), ("worker",), ("serve",)])
def test_a_folder_that_may_only_be_read_is_no_traceback(tmp_path: Path, words: tuple[str, ...]) -> None:
    subprocess.run([sys.executable, "-c", MAKE], env=os.environ | {"REELSCAPE_DATA_DIR": str(tmp_path)}, check=True)
    for path in (tmp_path, *tmp_path.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    modestly = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []
    program = [*modestly, sys.executable, "-m", "reelscape.cli", *words, "--data", str(tmp_path)]
    failed = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
    assert failed.returncode == 1 and "Traceback" not in failed.stderr
    assert failed.stderr.startswith("Error: ") and "[output_not_writable]" in failed.stderr
