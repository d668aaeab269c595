"""Opens the service's data folder: what every command of the service does first."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

import django
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from reelscape.errors import OutDirUnwritable
from reelscape.service_config import ServiceConfig, variable


def open_data_dir(data_dir: Path | None = None, **settings: str) -> ServiceConfig:
    """Make the folder complete, set Django up on it, and return the settings.

    `settings` are further settings as text; like `data_dir` they go into the environment, so that child processes
    have them too. From here on all files that the process and its children make are readable by their owner alone.
    Raises BadSetting, OutDirUnwritable.
    """
    os.umask(0o077)
    if data_dir is not None:
        settings["data_dir"] = str(data_dir.expanduser().absolute())
    os.environ |= {variable(name): text for name, text in settings.items()}
    config = ServiceConfig.from_environ()
    try:
        for folder in (config.data_dir, config.blobs_dir, config.incoming_dir, config.runs_dir):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_secret_key(config.secret_key_path)
    except OSError as error:
        raise OutDirUnwritable(_unusable(config.data_dir, error)) from error
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reelscape.web.settings")
    django.setup()
    return config


def _unusable(folder: Path, error: OSError) -> str:
    file = next((path for path in (folder, *folder.parents) if path.is_file()), None)
    if file is not None:
        return f"The data folder {folder} cannot be used: {file} is a file, not a folder."
    return f"The data folder {folder} cannot be used: {error.strerror}."


def is_migrated() -> bool:
    """Whether the database has all tables of this version; only after `open_data_dir`."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _make_secret_key(path: Path) -> None:
    """A random key, made once and whole, readable by the owner alone.

    An empty file is what a power cut left of one; nothing can have been signed with that.
    """
    with suppress(FileNotFoundError):
        if path.stat().st_size:
            return
        path.unlink()
    handle, name = tempfile.mkstemp(prefix="secret_key-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(handle)
        with suppress(FileExistsError):  # another process was faster: its key holds
            os.link(name, path)
    finally:
        Path(name).unlink()
