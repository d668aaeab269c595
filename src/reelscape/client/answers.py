"""Answers of a server as values or as errors of our tree."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from reelscape import errors
from reelscape.errors import BadAnswer, RateLimited, ReelscapeError, ServerUnreachable

TRANSIENT = (502, 503, 504)  # a proxy whose server restarts
PATIENCE_S = 600.0
_BY_STATUS = {
    400: errors.BadRequest,
    401: errors.BadApiKey,
    403: errors.Forbidden,
    404: errors.NotFound,
    405: errors.MethodNotAllowed,
    411: errors.LengthRequired,
    413: errors.UploadTooLarge,
    429: RateLimited,
    507: errors.StorageFull,
} | dict.fromkeys(TRANSIENT, ServerUnreachable)


@contextmanager
def connection_errors() -> Iterator[None]:
    """Tell of a connection that fails as ServerUnreachable, and of an address that is none as BadAnswer."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise ServerUnreachable("The server did not answer in time.") from error
    except httpx.UnsupportedProtocol as error:
        raise ServerUnreachable("The address of the server must start with http:// or https://.") from error
    except httpx.TransportError as error:
        raise ServerUnreachable(f"The server cannot be reached: {error}.") from error
    except (httpx.InvalidURL, httpx.HTTPError) as error:
        raise BadAnswer(f"The server's answer cannot be used: {error}.") from error


def check(response: httpx.Response) -> httpx.Response:
    """The response, unless it tells of an error, which is raised. Its body must have been read."""
    if response.is_success:
        return response
    raise error_of(response)


def error_of(response: httpx.Response) -> ReelscapeError:
    """The error that an answer tells of: by its code, else by its status, with the server's own sentence."""
    told = _object(response)
    sentence = _sentence(told)
    kind = errors.by_code().get(str(told.get("code"))) or _BY_STATUS.get(response.status_code, BadAnswer)
    if kind is BadAnswer:
        return BadAnswer(f"The server answered {response.status_code}" + (f": {sentence}" if sentence else "."))
    return kind(sentence or None)


def value_of(response: httpx.Response) -> Any:
    """The JSON of a good answer. Raises the error it tells of; BadAnswer when it is no JSON."""
    try:
        return check(response).json()
    except ValueError as error:
        raise BadAnswer("The server answered with something else than JSON.") from error


def ask_patiently(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """What `ask` is answered, asking again while the server wants to be asked less often; its 429 after ten minutes."""
    waited_s = 0.0
    while (response := ask()).status_code == 429:
        pause_s = retry_after_s(response, default_s=10.0)
        waited_s += max(pause_s, 1.0)
        if waited_s > PATIENCE_S:
            break
        time.sleep(pause_s)
    return response


def retry_after_s(response: httpx.Response, default_s: float) -> float:
    """How long a server that is asked too often wants to be left alone."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isdigit() else default_s


def _object(response: httpx.Response) -> dict[str, Any]:
    try:
        told = response.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _sentence(told: dict[str, Any]) -> str:
    """What a server says in words, in whichever of the usual places."""
    for name in ("error_message", "error", "detail"):
        if isinstance(told.get(name), str) and told[name]:
            return str(told[name])
    return "; ".join(f"{name}: {problem[0]}" for name, problem in told.items() if isinstance(problem, list) and problem)
