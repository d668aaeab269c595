"""A file in a form (multipart/form-data), written once: straight into the folder from which the store takes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from reelscape.errors import (
    BadRequest,
    EmptyUpload,
    ReelscapeError,
    UnsupportedMediaType,
    UploadTooLarge,
    UploadTruncated,
)
from reelscape.jobs import uploads
from reelscape.storage.incoming import CHUNK_BYTES, Read, full_disk_told, new_file
from reelscape.web.slots import UPLOADS
from reelscape.web.transfer import body_of, content_length

FORM_BYTES = 1 << 16  # what boundaries and further fields may add to the file


@dataclass(frozen=True)
class FormFile:
    """A file that has arrived whole, under the name that the client gave it, and the other fields of the form."""

    path: Path
    name: str
    size_bytes: int
    fields: QueryDict


@contextmanager
def form_file(
    request: HttpRequest, field: str, check_name: Callable[[str], object], client: str, limit_bytes: int | None = None
) -> Iterator[FormFile]:
    """The file in a field of a form, which is gone when the block ends (a hard link of it stays).

    `check_name` may refuse a file by its name before any of it is read; `client` is whose upload it counts as;
    `limit_bytes` is the largest file, by default that of the settings. Other files of the form are skipped. Raises
    UnsupportedMediaType, LengthRequired, UploadTooLarge, StorageFull, RateLimited, UploadTruncated, EmptyUpload,
    BadRequest.
    """
    if request.content_type != "multipart/form-data":
        raise UnsupportedMediaType("Send a form (multipart/form-data) with the file.")
    limit_bytes = limit_bytes or settings.REELSCAPE.upload_limit_bytes
    body = _Counted(body_of(request), _check_length(request, limit_bytes))
    with new_file(settings.REELSCAPE.incoming_dir) as (file, path):
        sink = _Sink(field, file, check_name)
        with full_disk_told(), UPLOADS.held(client):
            fields = _parse(request, body, sink)
            file.flush()
        if body.left_bytes:
            raise UploadTruncated()
        if sink.name is None:
            raise BadRequest(f"The form has no file in the field {field!r}.")
        if not sink.is_complete:
            raise BadRequest("The form does not end with its boundary.")
        yield FormFile(path, sink.name, _check_size(path.stat().st_size, limit_bytes), fields)


def _check_length(request: HttpRequest, limit_bytes: int) -> int:
    """The length of the whole form."""
    length_bytes = content_length(request)
    if length_bytes is not None and length_bytes > FORM_BYTES:
        return uploads.check_length(length_bytes - FORM_BYTES, limit_bytes) + FORM_BYTES
    return uploads.check_length(length_bytes, limit_bytes)


def _check_size(size_bytes: int, limit_bytes: int) -> int:
    if size_bytes == 0:
        raise EmptyUpload()
    if size_bytes > limit_bytes:
        raise UploadTooLarge()
    return size_bytes


def _parse(request: HttpRequest, body: _Counted, sink: _Sink) -> QueryDict:
    try:
        parser: Any = MultiPartParser(request.META, body, [sink], request.encoding)  # type: ignore[arg-type]
        fields, _ = parser.parse()
    except MultiPartParserError as error:
        raise BadRequest(f"The form cannot be read: {error}") from None
    except ReelscapeError:  # the name: a client that is still sending would lose the answer with the connection
        body.skip()
        raise
    return fields  # type: ignore[no-any-return]


class _Counted:
    """A body that knows how much of it is still to come; for the parser a short one looks like a whole one."""

    def __init__(self, read: Read, length_bytes: int) -> None:
        self._read = read
        self.left_bytes = length_bytes

    def read(self, size: int) -> bytes:
        chunk = self._read(min(size, self.left_bytes))
        self.left_bytes -= len(chunk)
        return chunk

    def skip(self) -> None:
        """Read what is still to come, and forget it."""
        while self.read(CHUNK_BYTES):
            pass


class _Sink(FileUploadHandler):
    """Writes the first file of one field to `output`, and skips all others."""

    chunk_size = CHUNK_BYTES

    def __init__(self, field: str, output: IO[bytes], check_name: Callable[[str], object]) -> None:
        super().__init__()
        self.field = field
        self.output = output
        self.check_name = check_name
        self.name: str | None = None
        self.is_complete = False

    def new_file(self, field_name: str, file_name: str, *details: Any, **more: Any) -> None:
        """A file begins. Raises SkipFile, and what `check_name` raises."""
        if field_name != self.field or self.name is not None:
            raise SkipFile()
        self.check_name(file_name)
        self.name = file_name

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Its next bytes."""
        self.output.write(raw_data)

    def file_complete(self, file_size: int) -> None:
        """The boundary behind it came. The parser gets no file object: the file is ours."""
        self.is_complete = True
