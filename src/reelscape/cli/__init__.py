"""The command line: one file per command, loaded by name when it is called."""

from __future__ import annotations

import importlib

import click

from reelscape import __version__

COMMANDS = {
    "run": "Turn a video or photos into a 3D scene.",
    "sample": "Render a sample video of a synthetic room, with ground truth.",
    "submit": "Send a video to a service and fetch its scene.",
    "serve": "Serve the API and make scenes, in one command.",
    "worker": "Make the scenes that wait in a service's data folder.",
    "picture": "Draw a picture of any file: mesh, points, splats, video, photo.",
    "user": "Make and list accounts of the service, and set passwords.",
    "apikey": "Make, list and revoke API keys of the service.",
    "jobs": "List the jobs of the service.",
    "bench": "Measure training on this machine.",
    "doctor": "Say what this machine can do.",
}


class LazyCommands(click.Group):
    """A group that imports a command's module only when it is called, so that none pays for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name: `command` of the module of the same name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"reelscape.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="reelscape")
def main() -> None:
    """Reelscape turns a phone video into a 3D scene."""
