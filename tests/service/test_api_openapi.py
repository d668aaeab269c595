"""The OpenAPI document: complete, valid, and kept by the server whatever is sent."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
import yaml
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis.errors import InvalidArgument, Unsatisfiable
from hypothesis.strategies import sampled_from
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.service.made_jobs import API, Caller, made_caller, made_job, made_product, made_upload
from tests.service.test_api_access import KEYED

from reelscape.jobs.models import Job
from reelscape.web import wsgi

pytestmark = pytest.mark.django_db
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance, content_type_conformance]


def document() -> dict[str, Any]:
    found: dict[str, Any] = Client().get(f"{API}/openapi.json").json()
    return found


def test_the_document_is_drawn_without_a_warning(tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "openapi.yaml"))


def test_both_forms_are_the_same_document() -> None:
    answer = Client().get(f"{API}/openapi.yaml")
    assert answer["Content-Type"] == "application/yaml"
    assert yaml.safe_load(answer.content) == document()


def test_the_server_is_the_public_address_and_the_key_a_header() -> None:
    found = document()
    assert found["servers"] == [{"url": settings.REELSCAPE.public_url}]
    (scheme,) = found["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", "Authorization")
    operations = [operation for path in found["paths"].values() for operation in path.values()]
    assert all(operation["security"] == [{"ApiKey": []}] for operation in operations)
    assert all({"401", "429"} <= operation["responses"].keys() for operation in operations)
    assert all(operation["summary"] and operation["operationId"] for operation in operations)


def test_every_route_is_in_it() -> None:
    described = {path.removeprefix(f"{API}/").strip("/") for path in document()["paths"]}
    assert described == KEYED.keys()


def test_llms_txt_names_this_server() -> None:
    answer = Client().get("/llms.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert f"{settings.REELSCAPE.public_url}/api/v1/generate-upload-url/" in answer.text
    assert "Api-Key" in answer.text and "{" not in answer.text.replace('{"', "")


@pytest.fixture
def ann() -> Caller:
    return made_caller("ann")


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_answer_is_undocumented(ann: Caller, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_wsgi(f"{API}/openapi.json", wsgi.application)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 12
    statuses = {status for operation in operations for status in statuses_of(operation, mode, ann)}
    assert statuses >= ({200, 201, 204, 302, 404, 409} if mode is GenerationMode.POSITIVE else {400, 404})


def statuses_of(operation: Any, mode: GenerationMode, caller: Caller) -> set[int]:
    """What an operation answers to made requests, each checked against the document. Jobs are there to be found."""
    try:
        strategy = operation.as_strategy(generation_mode=mode)
        strategy.validate()
    except (Unsatisfiable, InvalidArgument):  # nothing about it can be sent wrongly
        return set()
    seen = set()

    @examples(max_examples=20, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy, sampled_from(["queued", "running", "failed", "finished", ""]))
    def ask(case: Any, state: str) -> None:
        if state and "job_id" in (case.path_parameters or {}):
            case.path_parameters["job_id"] = str(job_in(state, caller).id)
        if state and operation.path == f"{API}/submit-job/" and isinstance(case.body, dict):
            case.body["blob_name"] = made_upload(caller.user).key
        case.headers["Authorization"] = f"Api-Key {caller.key}"
        seen.add(case.call_and_validate(checks=CHECKS).status_code)

    ask()
    return seen


def job_in(state: str, caller: Caller) -> Job:
    job = made_job(caller.user, status=state, video=made_upload(caller.user))
    if state == "finished":
        made_product(job, "ply")
        made_product(job, "preview", "jpg")
        Job.objects.filter(id=job.id).update(report={"stages": {}})
    return job
