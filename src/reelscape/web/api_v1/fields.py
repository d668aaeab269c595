"""Fields of requests that REST framework has not: each says in a sentence what it refuses."""

from __future__ import annotations

import math
from typing import Any

from drf_spectacular.drainage import set_override
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from reelscape.errors import BadRequest, NotBuiltYet

METHODS = ("glomap", "colmap")
_METHODS_TO_COME = ("vggt", "quest", "generate_lod")
CAMERA_TYPES = ("orbital", "drone")
_POINTS = ("lookAt", "position", "up")

POINT_SCHEMA = {
    "type": "object",
    "properties": {axis: {"type": "number"} for axis in "xyz"},
    "required": list("xyz"),
    "additionalProperties": False,
}
CAMERA_SCHEMA = {
    "type": "object",
    "nullable": True,
    "description": "The view that a viewer opens with, in right-up-back axes (as SPZ and three.js).",
    "properties": {
        **dict.fromkeys(_POINTS, POINT_SCHEMA),
        "cameraType": {"type": "string", "enum": list(CAMERA_TYPES)},
    },
    "required": list(_POINTS),
    "additionalProperties": False,
}


class Flag(serializers.BooleanField):
    """A boolean, also as the words of a form; a form that leaves it away says nothing about it."""

    default_empty_html = empty


class Title(serializers.CharField):
    """A line of text: white space of any kind becomes single blanks."""

    def to_internal_value(self, data: Any) -> str:
        """Raises ValidationError."""
        return " ".join(super().to_internal_value(data).split())


class BlankIsNone(serializers.Field[Any, Any, Any, Any]):
    """An empty text, as forms and templates of requests send it, says nothing."""

    def run_validation(self, data: Any = empty) -> Any:
        """Raises what the field raises."""
        return super().run_validation(None if data == "" else data)


class BoundedNumber(BlankIsNone):
    """A whole number that is refused below `low` and clamped above `high`; `what` names it in sentences."""

    def __init__(self, what: str, low: int, high: int, **options: Any) -> None:
        super().__init__(required=False, allow_null=True, **options)
        self.what, self.low, self.high = what, low, high
        meaning = f"Above {high:,} it is taken as {high:,}."
        set_override(self, "field", {"type": "integer", "minimum": low, "nullable": True, "description": meaning})

    def to_internal_value(self, data: Any) -> int:
        """Raises BadRequest."""
        number = _whole(data)
        if number is None:
            raise BadRequest(f"{self.what.capitalize()} must be a whole number")
        if number < self.low:
            raise BadRequest(f"{self.what.capitalize()} must be at least {self.low:,}")
        return min(number, self.high)


def _whole(data: Any) -> int | None:
    """A whole number, also as text or as a float without a fraction; None for anything else."""
    if isinstance(data, bool) or not isinstance(data, int | float | str):
        return None
    try:
        return int(data) if isinstance(data, str) or data == int(data) else None
    except (ValueError, OverflowError):
        return None


@extend_schema_field({"type": "string", "enum": list(METHODS), "description": "The mapper, in any case of letters."})
class MethodField(BlankIsNone):
    """The name of a mapper that we have, in any case of letters."""

    def to_internal_value(self, data: Any) -> str:
        """Raises BadRequest, NotBuiltYet."""
        method = data.strip().lower() if isinstance(data, str) else ""
        if method in _METHODS_TO_COME:
            raise NotBuiltYet(f"The reconstruction_method {method!r} is not built yet on this server.")
        if method not in METHODS:
            raise BadRequest(f"Invalid reconstruction method. Must be one of: {', '.join(METHODS)}")
        return method


@extend_schema_field({"type": "string", "enum": list(CAMERA_TYPES), "description": "In any case of letters."})
class CameraTypeField(BlankIsNone):
    """How a viewer moves, in any case of letters."""

    def to_internal_value(self, data: Any) -> str:
        """Raises BadRequest."""
        camera_type = data.strip().lower() if isinstance(data, str) else ""
        if camera_type not in CAMERA_TYPES:
            raise BadRequest('Invalid camera_type. Must be "orbital" or "drone".')
        return camera_type


@extend_schema_field(CAMERA_SCHEMA)
class CameraField(serializers.Field[dict[str, Any], Any, dict[str, Any], Any]):
    """A view: lookAt, position and up as {x, y, z}, perhaps cameraType, nothing else."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Raises ValidationError."""
        if not isinstance(data, dict):
            raise serializers.ValidationError("It must be an object with lookAt, position and up, or null.")
        if unknown := data.keys() - {*_POINTS, "cameraType"}:
            raise serializers.ValidationError(f"It has a key that is not known: {min(map(str, unknown))[:40]!r}.")
        points: dict[str, Any] = {name: _point(name, data.get(name)) for name in _POINTS}
        if "cameraType" not in data:
            return points
        if data["cameraType"] not in CAMERA_TYPES:
            raise serializers.ValidationError('cameraType must be "orbital" or "drone".')
        return {**points, "cameraType": data["cameraType"]}

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        return value


def _point(name: str, data: Any) -> dict[str, float]:
    if not isinstance(data, dict) or data.keys() != {"x", "y", "z"}:
        raise serializers.ValidationError(f"{name} must be an object with x, y and z.")
    return {axis: _finite(f"{name}.{axis}", data[axis]) for axis in "xyz"}


def _finite(name: str, data: Any) -> float:
    if isinstance(data, bool) or not isinstance(data, int | float):
        raise serializers.ValidationError(f"{name} must be a number.")
    try:
        number = float(data)
    except OverflowError:  # a whole number of hundreds of digits
        number = math.inf
    if not math.isfinite(number):
        raise serializers.ValidationError(f"{name} must be a finite number.")
    return number
