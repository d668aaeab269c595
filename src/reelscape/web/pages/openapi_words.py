"""An OpenAPI document in words for a page: its operations, its fields, and a command to paste for each.

Understands as much of OpenAPI 3.0 (spec.openapis.org/oas/v3.0.3) as drf-spectacular writes for our own routes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]

_BOUNDS = {"minimum": "at least {:,}", "maximum": "at most {:,}", "maxLength": "at most {:,} characters"}
_FORMS = {"multipart/form-data": "a form", "application/json": "JSON", "*/*": "the file"}


@dataclass(frozen=True)
class Kind:
    """What a value is: `text`, followed by the name of a schema of the page if it is one."""

    text: str
    schema: str = ""


@dataclass(frozen=True)
class Field:
    """A parameter, or a property of an object."""

    name: str
    kind: Kind
    is_required: bool
    text: str


@dataclass(frozen=True)
class Answer:
    """What may come back."""

    status: str
    text: str
    kind: Kind | None


@dataclass(frozen=True)
class Operation:
    """One method of one route."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    parameters: tuple[Field, ...]
    body: Kind | None
    answers: tuple[Answer, ...]
    command: str


@dataclass(frozen=True)
class Object:
    """A schema with a name."""

    name: str
    text: str
    fields: tuple[Field, ...]


class Reference:
    """What a page shows of `document`."""

    def __init__(self, document: Schema) -> None:
        self._schemas: dict[str, Schema] = document["components"]["schemas"]
        self._server_url = document["servers"][0]["url"]
        self._sent_schemas = set(_sent_schemas(document))
        self.title: str = document["info"]["title"]
        self.text: str = document["info"]["description"]
        self.operations = tuple(
            self._operation(path, method, told)
            for path, methods in document["paths"].items()
            for method, told in methods.items()
        )
        self.objects = tuple(self._objects())

    def _operation(self, path: str, method: str, told: Schema) -> Operation:
        """Its summary ends without a full stop, its text with one."""
        summary = told.get("summary") or told.get("description", "")
        return Operation(
            id=told["operationId"],
            method=method.upper(),
            path=path,
            summary=summary.rstrip("."),
            text=told.get("description", "") if told.get("summary") else "",
            parameters=tuple(self._parameter(one) for one in told.get("parameters", ())),
            body=self._body(told),
            answers=tuple(self._answer(status, answer) for status, answer in sorted(told["responses"].items())),
            command=self._command(path, method, told),
        )

    def _parameter(self, told: Schema) -> Field:
        where = "" if told["in"] == "path" else f"{told['in']}, "
        kind = self.kind(told["schema"])
        required = bool(told.get("required"))
        return Field(told["name"], Kind(where + kind.text, kind.schema), required, told.get("description", ""))

    def _body(self, told: Schema) -> Kind | None:
        content = told.get("requestBody", {}).get("content", {})
        forms = [word for name, word in _FORMS.items() if name in content]
        if not forms:
            return None
        kind = self.kind(next(iter(content.values()))["schema"])
        return Kind(f"{' or '.join(reversed(forms))}: {kind.text}", kind.schema)

    def _answer(self, status: str, told: Schema) -> Answer:
        content: Schema = told.get("content", {})
        name = next(iter(content), "")
        is_json = name == "application/json"
        kind = self.kind(content[name].get("schema", {})) if is_json else Kind(_FORMS.get(name, name))
        return Answer(status, told.get("description", ""), kind if kind.text or kind.schema else None)

    def _objects(self) -> Iterator[Object]:
        for name, schema in self._schemas.items():
            if "properties" in schema:
                required = schema.get("required", ()) if name in self._sent_schemas else ()  # an answer holds all
                fields = (
                    Field(field, self.kind(told), field in required, told.get("description", ""))
                    for field, told in schema["properties"].items()
                )
                yield Object(name, schema.get("description", ""), tuple(fields))

    def kind(self, schema: Schema) -> Kind:
        """What a schema allows, in a few words."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            target = self._schemas[name]
            return Kind("", name) if "properties" in target else self.kind(target)
        if "allOf" in schema:
            kind = self.kind(schema["allOf"][0])
        elif "oneOf" in schema:
            texts = dict.fromkeys(self.kind(one).text for one in schema["oneOf"] if one.get("maxLength") != 0)
            kind = Kind(" or ".join(text for text in texts if text))
        elif schema.get("type") == "array":
            items = self.kind(schema.get("items", {}))
            kind = Kind(f"list of {items.text}".strip(), items.schema)
        else:
            kind = Kind(_plain(schema))
        return Kind(kind.text + ", or null", kind.schema) if schema.get("nullable") and kind.text else kind

    def _command(self, path: str, method: str, told: Schema) -> str:
        """For curl, with capital letters where something of one's own belongs."""
        url = self._server_url + re.sub(r"{(\w+)}", lambda part: part[1].upper(), path)
        words = ["curl" if method in ("get", "post") and not _is_bare(method, told) else f"curl -X {method.upper()}"]
        words += ["-L -o FILE"] if _gives_a_file(told) else []
        words += [f'"{url}"']
        words += ['\\\n  -H "Authorization: Api-Key YOUR_API_KEY"'] if told.get("security") else []
        words += self._sent(told)
        return " ".join(words)

    def _sent(self, told: Schema) -> list[str]:
        content = told.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            example = json.dumps(self._example(content["application/json"]["schema"]))
            return ['\\\n  -H "Content-Type: application/json"', f"\\\n  -d '{example}'"]
        headers = [one["name"] for one in told.get("parameters", ()) if one["in"] == "header" and one.get("required")]
        form = ["\\\n  -F file=@FILE"] if "multipart/form-data" in content else []
        return [f'\\\n  -H "{name}: {name.upper().replace("-", "_")}"' for name in headers] + form

    def _example(self, schema: Schema) -> Schema:
        """The least that may be sent: what is required, else the first field."""
        schema = self._schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        properties = schema.get("properties", {})
        names = schema.get("required") or list(properties)[:1]
        return {name: self._value(name, properties[name]) for name in names}

    def _value(self, name: str, schema: Schema) -> Any:
        schema = schema.get("allOf", [schema])[0]
        if "$ref" in schema:
            schema = self._schemas[schema["$ref"].rpartition("/")[2]]
        if "enum" in schema:
            return schema["enum"][0]
        return schema.get("minimum", name.upper())


def _sent_schemas(document: Schema) -> Iterator[str]:
    """The names of those that requests bring."""
    for methods in document["paths"].values():
        for told in methods.values():
            for content in told.get("requestBody", {}).get("content", {}).values():
                yield content["schema"].get("$ref", "").rpartition("/")[2]


def _plain(schema: Schema) -> str:
    if "enum" in schema:
        return " or ".join(json.dumps(value) for value in schema["enum"])
    if "properties" in schema:
        return "object of " + ", ".join(schema["properties"])
    words = [schema.get("type", ""), *([f"({schema['format']})"] if "format" in schema else [])]
    bounds = [text.format(schema[name]) for name, text in _BOUNDS.items() if name in schema]
    return ", ".join(part for part in (" ".join(words).strip(), *bounds) if part)


def _is_bare(method: str, told: Schema) -> bool:
    """Whether it is a POST without a body, which curl would take for a GET."""
    return method == "post" and "requestBody" not in told


def _gives_a_file(told: Schema) -> bool:
    good = told["responses"].get("200", {}).get("content", {})
    return "302" in told["responses"] or bool(good and "application/json" not in good)
