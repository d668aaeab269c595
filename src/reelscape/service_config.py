"""The settings of the service, read from the environment. The text beside a field is its help everywhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from reelscape.errors import BadSetting

PREFIX = "REELSCAPE_"
PRESETS = {"draft": (40_000, 600), "balanced": (80_000, 2000), "best": (200_000, 6000)}
"""The presets of a run with their most gaussians and training steps; a test holds them against those of `config`."""
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def default_data_dir() -> Path:
    """Where the service keeps everything, unless told otherwise."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "reelscape"


def _setting(default: Any, help_text: str, **limits: Any) -> Any:
    """`limits`: `low` of a number (0 unless given), `choices` of a text."""
    return field(default=default, metadata={"help": help_text, **limits})


@dataclass(frozen=True)
class ServiceConfig:
    """Everything an operator can set; each field is the environment variable REELSCAPE_<FIELD IN CAPITALS>."""

    data_dir: Path = field(
        default_factory=default_data_dir,
        metadata={"help": "Folder of the database, the files, the run folders and the secret key."},
    )
    public_url: str = _setting(
        "http://127.0.0.1:8000", "Address that people reach the service at; every link it gives starts with it."
    )
    allowed_hosts: tuple[str, ...] = _setting(
        (), "Further host names that requests may name, beside that of the public address and loopback."
    )
    trusted_proxies: tuple[str, ...] = _setting(
        (),
        "Addresses or networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, e.g. 10.0.0.0/8; "
        "they must drop headers with an underscore in the name, as nginx does: X_Forwarded_For would pass for it.",
    )
    cors_origins: tuple[str, ...] = _setting(
        (), "Origins whose pages may call the API with an API key, e.g. https://example.org; * is any."
    )
    signup: bool = _setting(False, "Whether visitors may make an account of their own.")
    mail_url: str = _setting(
        "",
        "Mail server, smtp://, smtp+tls:// (STARTTLS) or smtp+ssl://, e.g. "
        "smtp+tls://user:password@mail.example.org:587?from=scenes@example.org; empty prints mails into the log.",
    )

    upload_limit_bytes: int = _setting(1_000_000_000, "Largest accepted upload, in bytes.", low=1)
    open_upload_limit_bytes: int = _setting(
        500 << 20, "Largest accepted upload of the open surface, /api/upload, in bytes.", low=1
    )
    open_access: str = _setting(
        "loopback",
        "Who may upload and reconstruct on the open surface without an API key: whoever asks from this machine "
        "(loopback), as long as the public address is on it too; anyone; or nobody (key).",
        choices=("loopback", "anyone", "key"),
    )
    open_posts_per_minute_ip: int = _setting(
        120, "Uploads and reconstructions per minute of one client address on the open surface; 0 sets no limit."
    )
    open_bytes_per_hour_ip: int = _setting(
        20 << 30, "Bytes that one client address may upload on the open surface in an hour; 0 sets no limit."
    )
    upload_expiry_s: int = _setting(7200, "Seconds that an upload address holds.", low=1)
    download_expiry_s: int = _setting(900, "Seconds that a download address holds.", low=1)

    requests_per_minute: int = _setting(3000, "Requests per minute of one API key; 0 sets no limit.")
    requests_per_minute_ip: int = _setting(6000, "Requests per minute of one client address; 0 sets no limit.")
    failures_per_minute_ip: int = _setting(30, "Wrong keys per minute of one client address; 0 sets no limit.")

    max_waiting_jobs: int = _setting(2000, "Jobs of one account that may wait at once; 0 sets no limit.")
    max_open_uploads: int = _setting(
        1000, "Upload addresses of one account that may wait for their file at once; 0 sets no limit."
    )

    preset: str = _setting("balanced", "Preset that jobs run with.", choices=tuple(PRESETS))
    default_max_gaussians: int = _setting(80_000, "Gaussians of a job that names no number.", low=1)
    default_num_steps: int = _setting(2000, "Training steps of a job that names no number.", low=1)
    run_command: tuple[str, ...] = _setting(
        (), "Program and first arguments that make a scene, comma-separated, in place of this program's `run`."
    )
    num_threads: int = _setting(0, "Threads of a run; 0 takes all cores.")
    job_time_limit_s: int = _setting(28_800, "Wall-clock limit of one job, in seconds.", low=1)
    job_tries: int = _setting(3, "How often a stage of a job is tried when its process or its worker dies.", low=1)
    heartbeat_expiry_s: int = _setting(60, "Seconds of a worker's silence after which another takes its job.", low=1)
    worker_silence_s: int = _setting(
        60, "Seconds without a sign of any worker after which the open API says that none is there.", low=1
    )
    worker_token: str = _setting(
        "", "Secret that external workers send to the callbacks of the open API; empty turns the callbacks off."
    )

    disk_quota_bytes: int = _setting(0, "Most bytes that files and run folders may take together; 0 sets no limit.")
    user_quota_bytes: int = _setting(
        0, "Bytes of uploads and scenes from which on an account may upload no more; 0 sets no limit."
    )
    disk_reserve_bytes: int = _setting(128 << 20, "Free bytes of the disk that uploads and jobs leave alone.")
    keep_runs_s: int = _setting(
        86_400, "Seconds that the run folder of a job that ended is kept for a retry; 0: it goes within a minute."
    )
    keep_uploads_s: int = _setting(
        604_800, "Seconds that an upload is kept which no waiting or running job needs; 0: ever."
    )
    keep_open_s: int = _setting(
        0, "Seconds that uploads and jobs of the open surface are kept, where the other settings do not count; 0: ever."
    )
    keep_jobs_s: int = _setting(0, "Seconds that a job which ended and its products are kept; 0: ever.")

    webhook_hosts: tuple[str, ...] = _setting(
        (), "Hosts that webhooks may reach although they are private or without TLS, e.g. 127.0.0.1."
    )

    fetch_hosts: tuple[str, ...] = _setting(
        (),
        "Hosts that a video_url may name although they are private or without TLS; with a port for that port alone, "
        "e.g. 10.0.0.5:8080.",
    )
    fetch_ca_path: str = _setting(
        "",
        "File of the certificate authorities that hosts of the setting before are checked by; empty takes the usual.",
    )
    fetch_time_limit_s: int = _setting(900, "Most seconds that fetching a video_url may take.", low=1)

    def __post_init__(self) -> None:
        for described in fields(self):
            _check(described, getattr(self, described.name))

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> ServiceConfig:
        """The settings that the environment asks for. Raises BadSetting for a value that cannot be."""
        given = {described.name: environ.get(variable(described.name)) for described in fields(cls)}
        return cls(**{item.name: _read(item, text) for item in fields(cls) if (text := given[item.name]) is not None})

    @property
    def database_path(self) -> Path:
        return self.data_dir / "reelscape.sqlite3"

    @property
    def blobs_dir(self) -> Path:
        return self.data_dir / "blobs"

    @property
    def incoming_dir(self) -> Path:
        """Uploads that are not complete yet; on the file system of the blobs, so that completing one is a rename."""
        return self.data_dir / "incoming"

    @property
    def runs_dir(self) -> Path:
        return self.data_dir / "runs"

    @property
    def secret_key_path(self) -> Path:
        return self.data_dir / "secret_key"


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def help_of(described: Field[Any]) -> str:
    """The help of a setting."""
    return str(described.metadata["help"])


def accepted(described: Field[Any]) -> str:
    """The values that a setting takes, in words; empty when any of its type will do."""
    if described.type == "int":
        return f"{described.metadata.get('low', 0)} or more"
    return ", ".join(described.metadata.get("choices", ())) or ("yes or no" if described.type == "bool" else "")


def _check(described: Field[Any], value: Any) -> None:
    is_low = described.type == "int" and value < described.metadata.get("low", 0)
    if is_low or value not in described.metadata.get("choices", (value,)):
        raise BadSetting(f"{variable(described.name)} is {value}; accepted: {accepted(described)}.")


_KINDS = {"int": "a whole number", "bool": "yes or no", "Path": "a path"}


def _read(described: Field[Any], text: str) -> Any:
    """`text` as the type of the setting."""
    readers: dict[Any, Callable[[str], Any]] = {"Path": _read_path, "bool": _read_bool, "int": int, "str": _read_text}
    try:
        return readers.get(described.type, _read_list)(text)
    except ValueError as error:
        wanted = _KINDS[str(described.type)]
        raise BadSetting(f"{variable(described.name)} is {text!r}, which must be {wanted}.") from error


def _read_path(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _read_text(text: str) -> str:
    return text.strip().rstrip("/")


def _read_list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _read_bool(text: str) -> bool:
    if text.lower() not in _TRUE + _FALSE:
        raise ValueError(text)
    return text.lower() in _TRUE
