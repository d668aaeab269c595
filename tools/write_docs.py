"""Writes the pages of docs/ that the code alone decides: errors, settings and the command line.

python tools/write_docs.py        (or `make docs`; a test compares what is stored with what this would write)
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from reelscape import cli, errors, service_config
from reelscape.config import PRESETS, RunConfig, Setting, setting_of

DOCS_DIR = Path(__file__).parents[1] / "docs"

ERRORS_HEAD = """# Errors

Every failure has a stable code (for programs), a sentence and advice. `report.json`, the events and the command line
show the same three; the sentence may say more than the one given here. The groups are the branches of the tree in
`errors.py`, for `except`; codes never change meaning.
"""

SETTINGS_HEAD = """# Settings

One frozen dataclass per stage in `config.py`. `reelscape run` has options for the common ones and `--set NAME=VALUE`
for all of them; the library takes a `RunConfig`. A preset is a full set of settings; these differ between presets:
"""

SERVICE_SETTINGS_HEAD = """# Settings of the service

`reelscape serve` and `reelscape worker` read them from the environment; a value that cannot be is said at the start. In
lists commas part the entries.
"""

CLI_HEAD = """# The command line
"""


def errors_page() -> str:
    """One section per group of errors, one heading per code."""
    parts = [ERRORS_HEAD]
    for group in errors.ReelscapeError.__subclasses__():
        parts.append(f"## {group.__name__}: {inspect.getdoc(group)}\n")
        leaves = [error for error in errors.by_code().values() if issubclass(error, group)]
        parts += [f"### {error.code}\n\n{error.sentence} {error.advice}\n" for error in leaves]
    return "\n".join(parts)


def settings_page() -> str:
    """The presets' differences as a table, then every setting with its help, default and accepted values."""
    parts = [SETTINGS_HEAD, _table(("setting", *PRESETS), _preset_rows())]
    for part in dataclasses.fields(RunConfig):
        settings = getattr(RunConfig(), part.name)
        parts.append(f"## {part.name}\n\n{inspect.getdoc(settings)}\n")
        parts += [_setting(part.name, described) for described in dataclasses.fields(settings)]
    return "\n".join(parts)


def _preset_rows() -> Iterator[tuple[str, ...]]:
    for name in RunConfig().by_name():
        values = [preset.by_name()[name] for preset in PRESETS.values()]
        if len(set(values)) > 1:
            yield (f"`{name}`", *map(_number, values))


def _setting(stage: str, described: dataclasses.Field[Any]) -> str:
    known = setting_of(described)
    aside = "" if known.affects_result else " It does not change the result, so a resumed run may change it freely."
    return (
        f"### {stage}.{described.name}\n\n"
        f"{known.help} Default: {_number(described.default)}. Accepted: {_accepted(known, described.default)}.{aside}\n"
    )


def _accepted(known: Setting, default: Any) -> str:
    if isinstance(default, bool):
        return "true, false"
    if known.choices:
        return ", ".join(known.choices)
    return ("0, or " if known.zero_allowed else "") + f"{_number(known.low)} to {_number(known.high)}"


def _number(value: Any) -> str:
    """A value as people write it: 1800 for 1800.0."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def service_settings_page() -> str:
    """Every setting of the service under its name, with its variable."""
    settings = dataclasses.fields(service_config.ServiceConfig)
    return "\n".join([SERVICE_SETTINGS_HEAD, *map(_service_setting, settings)])


def _service_setting(described: dataclasses.Field[Any]) -> str:
    accepted = service_config.accepted(described)
    return (
        f"## {described.name}\n\n`{service_config.variable(described.name)}`: {service_config.help_of(described)} "
        f"Default: {_service_default(described)}.{f' Accepted: {accepted}.' if accepted else ''}\n"
    )


def _service_default(described: dataclasses.Field[Any]) -> str:
    if described.default is dataclasses.MISSING:  # the data folder: it depends on who runs it
        return "`~/.local/share/reelscape`"
    if isinstance(described.default, bool):
        return "yes" if described.default else "no"
    return f"`{described.default}`" if described.default not in ((), "") else "none"


def cli_page() -> str:
    """One section per command: usage, help and options."""
    context = click.Context(cli.main)
    return "\n".join([CLI_HEAD, *(_command(name, command) for name, command in _commands(cli.main, context))])


def _commands(group: click.Group, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    """The commands of a group, and those of the groups among them."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", found) for inner, found in _commands(command, context))
        elif command is not None:
            yield name, command


def _command(name: str, command: click.Command) -> str:
    context = click.Context(command)
    arguments = [item.make_metavar(context) for item in command.params if isinstance(item, click.Argument)]
    options = [item for item in command.params if isinstance(item, click.Option)]
    usage = " ".join(["reelscape", name, *arguments, *(["[OPTIONS]"] if options else [])])
    text = f"## reelscape {name}\n\n`{usage}`\n\n{inspect.cleandoc(command.help or '')}\n"
    if options:
        rows = [(f"`{_usage(option, context)}`", _option_help(option)) for option in options]
        text += "\n" + _table(("option", "meaning"), rows)
    return text


def _usage(option: click.Option, context: click.Context) -> str:
    if option.is_flag:
        return "/".join([*option.opts[:1], *option.secondary_opts])
    value = "NAME" if isinstance(option.type, click.Choice) else option.make_metavar(context).strip("[]")
    return f"{option.opts[0]} {value}"


def _option_help(option: click.Option) -> str:
    choices = f" One of {', '.join(option.type.choices)}." if isinstance(option.type, click.Choice) else ""
    default = f" Default: {option.default}." if option.show_default else ""
    return f"{option.help}{choices}{' Required.' if option.required else ''}{default}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


PAGES = {
    "errors.md": errors_page,
    "settings.md": settings_page,
    "service-settings.md": service_settings_page,
    "cli.md": cli_page,
}


def main() -> None:
    """Write the pages."""
    for name, page in PAGES.items():
        (DOCS_DIR / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
