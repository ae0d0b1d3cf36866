"""Pages of a code host: commits, pull requests, comparisons. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

__all__ = ["format_pull_mark", "make_commit_url", "make_compare_url", "make_pull_url"]


def make_commit_url(repository_url: str, commit: str) -> str:
    """Return a commit's page; empty where there is none."""
    return f"{repository_url}/commit/{commit}" if repository_url and commit else ""


def make_compare_url(repository_url: str, before: str, after: str) -> str:
    """Return the page that compares two commits; empty where there is none."""
    if not (repository_url and before and after):
        return ""
    middle = "-/compare" if "gitlab" in _host(repository_url) else "compare"
    return f"{repository_url}/{middle}/{before}...{after}"


def make_pull_url(repository_url: str, number: int | None) -> str:
    """Return a pull request's page; empty where there is none."""
    if not repository_url or number is None:
        return ""
    return f"{repository_url}/{_pull_path(_host(repository_url))}/{number}"


def format_pull_mark(repository_url: str, number: int | None) -> str:
    """Write a pull request's number as its host does: ``#7``, and ``!7`` on GitLab."""
    if number is None:
        return ""
    return f"{'!' if 'gitlab' in _host(repository_url) else '#'}{number}"


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _pull_path(host: str) -> str:
    """Name the folder of pull requests on the code hosts that there are."""
    if "gitlab" in host:
        return "-/merge_requests"
    if "bitbucket" in host:
        return "pull-requests"
    known = any(name in host for name in ("codeberg", "gitea", "forgejo"))
    return "pulls" if known else "pull"
