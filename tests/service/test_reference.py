"""The pages that show the OpenAPI documents: nothing of a document is missing, and its commands are right."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from tests.service.made_jobs import made_caller, made_upload

from reelscape.jobs.models import Job
from reelscape.web.api_open import openapi as open_api
from reelscape.web.api_v1 import openapi as api_v1
from reelscape.web.pages.openapi_words import Reference

DOCUMENTS = {"api": api_v1.document(), "api-open": open_api.document()}
pytestmark = pytest.mark.django_db


def text_of(name: str) -> str:
    answer = Client().get(f"/docs/{name}/")
    assert answer.status_code == 200
    return html.unescape(re.sub(r"<[^>]+>", "", answer.text))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_everything_that_the_document_says_stands_on_the_page(name: str) -> None:
    document, text = DOCUMENTS[name], text_of(name)
    assert {path for path in document["paths"] if path not in text} == set()
    objects = [schema for schema in document["components"]["schemas"].values() if "properties" in schema]
    told = set(descriptions([document["paths"], objects]))
    assert len(told) > 30 and {sentence for sentence in told if sentence not in text} == set()


def descriptions(node: Any) -> Any:
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from descriptions(child)
    if isinstance(node, dict) and isinstance(node.get("description"), str):
        yield node["description"].rstrip(".")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_to_what_is_on_the_page(name: str) -> None:
    text = Client().get(f"/docs/{name}/").text
    targets, ids = set(re.findall(r'href="#([^"]+)"', text)), re.findall(r'id="([^"]+)"', text)
    assert len(targets) > 5 and targets <= set(ids)
    assert len(ids) == len(set(ids))


def test_there_is_no_other_reference() -> None:
    assert Client().get("/docs/nonsense/").status_code == 404


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_names_this_server_and_its_method(name: str) -> None:
    for operation in Reference(DOCUMENTS[name]).operations:
        command = operation.command
        assert f'"{settings.REELSCAPE.public_url}/api/' in command
        sends = " -d " in command or " -F " in command
        method = (re.findall(r"-X (\w+)", command) or ["POST" if sends else "GET"])[0]
        assert method == operation.method, command
        assert ("YOUR_API_KEY" in command) == bool(
            DOCUMENTS[name]["paths"][operation.path][method.lower()].get("security")
        )


def test_an_example_is_accepted_as_it_is() -> None:
    ann = made_caller("ann")
    commands = {operation.id: operation.command for operation in Reference(DOCUMENTS["api"]).operations}
    bodies = {name: json.loads(body[1]) for name, text in commands.items() if (body := re.search(r"-d '(.*)'", text))}
    slot = ann.client.post("/api/v1/generate-upload-url/", bodies["generate_upload_url"])
    assert slot.status_code in (200, 201), slot.content
    job = bodies["submit_job"] | {"blob_name": made_upload(ann.user).key}
    assert ann.client.post("/api/v1/submit-job/", job).status_code == 201
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer", "minimum": 10000}, "integer, at least 10,000"),
        ({"type": "string", "format": "uuid", "nullable": True}, "string (uuid), or null"),
        ({"enum": ["a", "b"]}, '"a" or "b"'),
        ({"type": "array", "items": {"type": "string"}}, "list of string"),
        ({"oneOf": [{"type": "string", "format": "uri"}, {"type": "string", "maxLength": 0}]}, "string (uri)"),
        ({"type": "object", "properties": {"x": {}, "y": {}}}, "object of x, y"),
        ({}, ""),
    ],
)
def test_kinds_in_words(schema: dict[str, Any], words: str) -> None:
    assert Reference(DOCUMENTS["api"]).kind(schema).text == words
