"""Pages never mix with what they are made from."""

from __future__ import annotations

import pytest

from runsite.config import Config, SiteConfig
from runsite.errors import BuildError
from support.sites import build_site, make_taxi_runs, write_store


@pytest.mark.parametrize(
    ("output", "problem"),
    [
        ("runs", "lies in the store '{0}/runs'"),
        ("runs/site", "lies in the store '{0}/runs'"),
        ("cards/x", "lies in the folder of cards '{0}/cards'"),
        ("theme/static", "lies in the theme '{0}/theme'"),
        (".", "holds the store '{0}/runs'"),
    ],
)
def test_an_output_among_the_sources_is_refused(tmp_path, output, problem):
    """The message names both folders, and nothing is written."""
    write_store(tmp_path / "runs", make_taxi_runs(1))
    (tmp_path / "theme").mkdir()
    before = sorted(tmp_path.rglob("*"))
    config = Config(site=SiteConfig(theme="theme"), folder=tmp_path)
    with pytest.raises(BuildError) as caught:
        build_site(tmp_path / "runs", tmp_path / output, config=config)
    assert str(caught.value) == (
        f"the output '{tmp_path / output}' {problem.format(tmp_path)}\n"
        "  hint:  name a folder of its own: --output site"
    )
    assert sorted(tmp_path.rglob("*")) == before
