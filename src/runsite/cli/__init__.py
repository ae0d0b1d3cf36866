"""The command line: which commands there are, and how an error reaches a person.

Each command lives in a module of this package that is imported only when it is run, so that
``runsite --version`` does not wait for Parquet.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

import click

from runsite import __version__
from runsite.errors import RunsiteError, quote

__all__ = ["COMMANDS", "main"]

COMMANDS = {
    # name: (module in this package, attribute, one line of help)
    "init": ("project", "init", "Set up runsite in the current folder."),
    "build": ("site", "build", "Render the static site."),
    "serve": ("serve", "serve", "Serve the site on this machine, live."),
    "runs": ("runs", "runs", "List and search runs."),
    "show": ("runs", "show", "Show one run: params, metrics, files, where it came from."),
    "register": ("registry", "register", "Record a run's model as a new version."),
    "promote": ("registry", "promote", "Give a stage to a version."),
    "archive": ("registry", "archive", "Retire a version."),
    "unassign": ("registry", "unassign", "Take the stage from a version."),
    "alias": ("registry", "alias", "Point a name such as champion to a version."),
    "describe": ("registry", "describe", "Describe a model or a version."),
    "models": ("models", "models", "List the registered models; models show M tells all of one."),
    "history": ("history", "history", "Tell who moved which version when, from Git."),
    "card": ("cards", "card", "Write, check, read and export model cards."),
    "check": ("review", "check", "Validate the registry: every problem, with its line."),
    "diff": ("review", "diff", "Show what a change does to the registry, with the evidence."),
    "schema": ("schema", "schema", "Print the JSON Schema of the registry, for editors."),
    "seal": ("store", "seal", "Seal runs whose process is gone."),
    "compact": ("store", "compact", "Merge the small files of past months into few."),
    "gc": ("store", "gc", "Remove deleted runs for good, and leftovers."),
    "doctor": ("store", "doctor", "Look over the whole store and say what to do."),
    "export": ("store", "export", "Write runs or points as CSV, JSON or Parquet."),
    "import": ("imports", "import_", "Bring over experiments, runs and models from MLflow."),
}
"""Every command, in the order of ``runsite --help``."""

EPILOG = """\b
Start here:
  runsite init          a configuration and an empty registry
  python train.py       your training code, with `import runsite`
  runsite serve         the site, live, in the browser
  runsite build         the site, in ./site: open site/index.html
"""


class _LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, attribute, _ = entry
        command: click.Command = getattr(importlib.import_module(f"{__name__}.{module}"), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry[2]) for name, entry in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = click.utils.make_str(args[0])
        if name not in COMMANDS and not name.startswith("-"):
            ctx.fail(f"no such command {name!r}; the commands are {', '.join(COMMANDS)}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=_LazyGroup,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="runsite")
def cli() -> None:
    """Experiment tracking and a model registry without a server.

    Your experiment tracker is a folder, your dashboard a static site, your model registry a
    pull request.
    """


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit.

    Exit codes: 0 done; 1 a problem in the input or a failed check; 2 wrong usage; 3 warnings
    under ``--strict``. An error that runsite raises on purpose prints its message, where and
    hint to standard error; a traceback is a bug in runsite.
    """
    try:
        result = cli.main(args=argv, prog_name="runsite", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except RunsiteError as error:
        click.echo(f"{click.style('error:', fg='red', bold=True)} {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # The reader (head, less) went away: not an error, and Python must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except (OSError, RecursionError) as error:
        click.echo(f"{click.style('error:', fg='red', bold=True)} {_describe(error)}", err=True)
        sys.exit(1)
    except RuntimeError as error:
        if "Symlink loop" not in str(error):  # what pathlib says before Python 3.13
            raise
        click.echo(f"{click.style('error:', fg='red', bold=True)} {quote(error)[1:-1]}", err=True)
        sys.exit(1)
    sys.exit(result if isinstance(result, int) else 0)


def _describe(error: OSError | RecursionError) -> str:
    """Say what the file system refused, or that something is nested too deeply, in our form."""
    if isinstance(error, RecursionError):
        return "the input is nested too deeply to be read"
    where = f"\n  where: {quote(error.filename)[1:-1]}" if error.filename else ""
    return f"{quote(error.strerror or str(error))[1:-1]}{where}"
