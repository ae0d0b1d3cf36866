"""The Nu HTML checker has nothing to say about any page; and no page is heavy."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.html import parse_elements
from support.sites import build_site, make_run, make_run_id, make_taxi_runs, write_store

JAR = Path(sys.prefix) / "node" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
TIMEOUT_S = 300
LIMIT = 60_000
EVIL = "\"'></script><script>alert(1)</script>\x00\u202e&<b"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site with every kind of page, usual names and hostile ones, and an empty one below it."""
    folder = tmp_path_factory.mktemp("html")
    hostile = make_run(
        900,
        run_name=EVIL,
        experiment=EVIL,
        params={EVIL: EVIL},
        tags={
            EVIL: EVIL,
            "mlflow.note.content": f"# {EVIL}\n\n- a\n\n| a | b |\n|---|---|\n| 1 | 2 |",
        },
        parent_run_id=make_run_id(1),
    )
    write_store(folder / "runs", [*make_taxi_runs(40), (hostile, {EVIL: [1.0, 2.0]})])
    versions = "".join(
        f'      - {{version: {n}, run: "{make_run_id(n)}", artifact: model,'
        ' registered_at: "2026-11-23T03:12:00Z"}\n'
        for n in (1, 2)
    )
    (folder / "registry.yaml").write_text(
        "format: 1\nmodels:\n  taxi:\n    description: Minutes\n    stages: {Production: 1}\n"
        f"    versions:\n{versions}",
        encoding="utf-8",
    )
    build_site(folder / "runs", folder / "site", base_url="https://example.org/taxi/")
    build_site(folder / "none", folder / "site" / "empty", registry=folder / "none.yaml")
    return folder / "site"


@pytest.mark.slow
def test_every_page_is_valid_html(site):
    """No error in any page of the built site, the empty site's included."""
    java = shutil.which("java")
    if java is None or not JAR.exists():
        pytest.skip("no Nu checker: it needs Java and `make test` with npm at hand")
    # Its list of CSS is years behind the browsers; no page but 404.html has styles in it.
    options = ["--errors-only", "--skip-non-html", "--filterpattern", "CSS: .*"]
    done = subprocess.run(
        [java, "-jar", str(JAR), *options, "--format", "json", str(site)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    messages = json.loads(done.stderr)["messages"]
    told = [
        f"{m['url'].rpartition('/site/')[2]}:{m.get('lastLine')}: {m['message']}" for m in messages
    ]
    assert told == []
    assert done.returncode == 0


def test_no_page_is_heavy(site):
    """HTML, styles and scripts of a page come to less than 60 kB compressed.

    Not counted are the data that it shows and the chart library, which is loaded once for all
    pages and only where there is a chart.
    """
    heavy = {}
    for path in sorted(site.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        parts = [re.sub(r'(?s)(<script type="application/json"[^>]*>).*?</script>', "", text)]
        for element in parse_elements(text):
            address = element.attrs.get("src") or element.attrs.get("href", "")
            is_style = element.tag == "link" and element.attrs.get("rel") == "stylesheet"
            if (element.tag == "script" or is_style) and address:
                address = address.partition("?")[0]
                absolute = address.removeprefix("/taxi/")  # of the page for missing addresses
                file = site / absolute if absolute != address else path.parent / address
                parts.append(file.read_text(encoding="utf-8"))
        size = sum(len(gzip.compress(part.encode(), mtime=0)) for part in parts)
        heavy[path.relative_to(site).as_posix()] = size
    assert {path: size for path, size in heavy.items() if size > LIMIT} == {}
    assert max(heavy.values()) > 10_000  # the measure sees styles and scripts
