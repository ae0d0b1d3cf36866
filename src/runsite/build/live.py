"""A site that is kept up to date: built again when an input changes, and telling who waits.

::

    find_marks ─ differ ─▶ build ─▶ LiveSite ─ wait ─▶ pages that are open
                             └─ fails ─▶ the error is told, the site stays as it was
"""

from __future__ import annotations

import contextlib
import secrets
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from runsite.build.options import BuildOptions, BuildReport
from runsite.build.site import build
from runsite.build.watching import Marks, find_marks
from runsite.errors import RunsiteError

__all__ = ["LiveSite", "Update", "watch"]

INTERVAL_S = 0.3
LIVENESS_S = 5.0
"""How often to build while a run is in progress and no file changes: its process may have died."""

_MAX_NAMED = 400


@dataclass(frozen=True, slots=True)
class Update:
    """What open pages are told.

    Attributes:
        session: Names this server process: an older page loads itself anew.
        number: Which build this is.
        changed: Paths that changed since the build that was asked about; None for very many.
        error: Why the newest build failed; empty where it did not.
    """

    session: str
    number: int
    changed: tuple[str, ...] | None = ()
    error: str = ""


class LiveSite:
    """The state of a site that is being served. Threads share it; lives as long as the server."""

    def __init__(self) -> None:
        self.session = secrets.token_hex(4)
        self.closed = False
        self._news = threading.Condition()
        self._number = 0
        self._error = ""
        self._changed_at: dict[str, int] = {}

    @property
    def number(self) -> int:
        """Which build the site is at; failed ones count."""
        return self._number

    @property
    def error(self) -> str:
        """Why the newest build failed; empty where it did not."""
        return self._error

    def rebuild(self, make_options: Callable[[], BuildOptions]) -> BuildReport | None:
        """Build the site and tell who waits; an error is told instead, and None returned.

        Args:
            make_options: Gives the options; called each time, for the settings can change too.
        """
        try:
            report = build(make_options())
        except RunsiteError as error:
            self._tell((), error=str(error))
            return None
        except Exception:  # noqa: BLE001 - a bug must be seen, and must not end the service
            self._tell((), error=traceback.format_exc())
            return None
        paths = (*report.added, *report.changed, *report.removed)
        if paths or self._error:
            self._tell(paths, error="")
        return report

    def wait(self, *, since: int, timeout_s: float) -> Update | None:
        """Wait for a build after `since`; None where there is none in time."""
        with self._news:
            self._news.wait_for(lambda: self.closed or self._number > since, timeout_s)
            if self.closed or self._number <= since:
                return None
            paths = tuple(path for path, at in self._changed_at.items() if at > since)
            named = paths if len(paths) <= _MAX_NAMED else None
            return Update(self.session, self._number, changed=named, error=self._error)

    def close(self) -> None:
        """Let everybody who waits go."""
        with self._news:
            self.closed = True
            self._news.notify_all()

    def _tell(self, paths: tuple[str, ...], *, error: str) -> None:
        with self._news:
            self._number += 1
            self._error = error
            self._changed_at.update(dict.fromkeys(paths, self._number))
            self._news.notify_all()


def watch(
    site: LiveSite,
    make_options: Callable[[], BuildOptions],
    *,
    stop: threading.Event,
    tell: Callable[[BuildReport | None], None],
) -> None:
    """Build again whenever an input changes, until told to stop.

    Args:
        site: The site.
        make_options: Gives the options; called each time, for the settings can change too.
        stop: Set by whoever ends it.
        tell: Told each report; None where the build failed.
    """
    options = make_options()
    seen = Marks(files=())
    waited_s = 0.0
    while not stop.is_set():
        with contextlib.suppress(RunsiteError):  # the build says it, once
            options = make_options()
        marks = find_marks(options)
        waited_s += INTERVAL_S
        if marks != seen or (marks.is_live and waited_s >= LIVENESS_S):
            tell(site.rebuild(make_options))
            seen, waited_s = marks, 0.0
        stop.wait(INTERVAL_S)
