from __future__ import annotations

import pytest

from runsite.pages.hosts import (
    format_pull_mark,
    make_commit_url,
    make_compare_url,
    make_pull_url,
)


@pytest.mark.parametrize(
    ("repository", "url"),
    [
        ("https://github.com/team/trips", "https://github.com/team/trips/pull/7"),
        ("https://gitlab.com/team/trips", "https://gitlab.com/team/trips/-/merge_requests/7"),
        ("https://bitbucket.org/team/trips", "https://bitbucket.org/team/trips/pull-requests/7"),
        ("", ""),
    ],
)
def test_a_pull_request_has_a_page_where_its_host_has_one(repository, url):
    """Each host has addresses of its own; without a repository there is no link."""
    assert make_pull_url(repository, 7) == url
    assert make_pull_url(repository, None) == ""
    assert bool(make_commit_url(repository, "abc")) == bool(repository)


def test_two_commits_are_compared_where_the_host_can():
    """GitLab's page lies elsewhere than the others'; an unknown commit has no link."""
    assert (
        make_compare_url("https://github.com/a/b", "x", "y")
        == "https://github.com/a/b/compare/x...y"
    )
    assert (
        make_compare_url("https://gitlab.com/a/b", "x", "y")
        == "https://gitlab.com/a/b/-/compare/x...y"
    )
    assert make_compare_url("https://github.com/a/b", "", "y") == ""


def test_a_pull_requests_mark_is_its_hosts():
    """GitLab writes merge requests with another mark."""
    assert format_pull_mark("https://gitlab.com/a/b", 7) == "!7"
    assert format_pull_mark("", 7) == "#7"
    assert format_pull_mark("https://github.com/a/b", None) == ""
