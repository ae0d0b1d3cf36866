"""A build is the same each time, does no more than it must, and shows what is there."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from pathlib import Path

import pytest

from runsite.config import Config, SiteConfig
from runsite.errors import BuildError, StoreError
from runsite.output.manifest import MANIFEST_NAME
from runsite.store import Store
from support.html import parse_elements
from support.sites import build_site, make_run, make_run_id, make_taxi_runs, read_site, write_store


@pytest.fixture
def store(tmp_path) -> Path:
    write_store(tmp_path / "runs", make_taxi_runs(5))
    return tmp_path / "runs"


def links_of(html):
    return [
        element.attrs[name]
        for element in parse_elements(html)
        for name in ("href", "src")
        if name in element.attrs
    ]


def test_the_same_inputs_give_the_same_bytes(store, tmp_path):
    """Two builds into two folders differ in no byte, the manifest's included."""
    build_site(store, tmp_path / "a")
    build_site(store, tmp_path / "b")
    first = read_site(tmp_path / "a")
    assert first == read_site(tmp_path / "b")
    assert f"runs/{make_run_id(0)}.html" in first


def test_nothing_new_writes_nothing(store, tmp_path):
    """The second build says so; with --force it looks at everything and still writes nothing."""
    site = tmp_path / "site"
    build_site(store, site)
    before = {path: path.stat().st_mtime_ns for path in site.rglob("*")}
    again = build_site(store, site)
    assert again.unchanged
    assert again.n_runs == 5
    forced = build_site(store, site, force=True)
    assert forced.unchanged
    assert {path: path.stat().st_mtime_ns for path in site.rglob("*")} == before


def test_one_more_run_changes_few_files(store, tmp_path):
    """A new run adds its page; the pages of runs that it does not touch stay as they are."""
    site = tmp_path / "site"
    build_site(store, site)
    write_store(store, make_taxi_runs(6)[5:])
    report = build_site(store, site)
    new = make_run_id(5)
    assert f"runs/{new}.html" in report.added
    assert f"runs/{make_run_id(4)}.html" in report.changed  # it links to the next run now
    assert not {f"runs/{make_run_id(number)}.html" for number in range(4)} & {*report.changed}
    assert "index.html" in report.changed


def test_a_runs_page_has_its_nested_runs_and_follows_them(store, tmp_path):
    """Values of nested runs stand on their parent's page, which is made anew when one changes."""
    site = tmp_path / "site"
    parent = make_run_id(0)
    page = site / "runs" / f"{parent}.html"
    records = [(make_run(n, parent_run_id=parent), {"rmse": [9.0 - n]}) for n in (7, 8)]
    write_store(store, records)
    build_site(store, site)
    rows = [e.text for e in parse_elements(page.read_text()) if e.tag == "strong"]
    assert rows == ["1"]
    assert build_site(store, site).unchanged
    Store.open(store).update_run(make_run_id(7), run_name="renamed trial")
    assert f"runs/{parent}.html" in build_site(store, site).changed
    assert "renamed trial" in page.read_text()


def test_a_deleted_run_goes(store, tmp_path):
    """The page of a deleted run is removed, and nothing links to it any more."""
    site = tmp_path / "site"
    build_site(store, site)
    gone = make_run_id(2)
    Store.open(store).update_run(gone, lifecycle_stage="deleted")
    report = build_site(store, site)
    assert report.removed == (f"runs/{gone}.html",)
    assert report.n_runs == 4
    pages = {
        path: text for path, text in read_site(site).items() if path.endswith((".html", ".js"))
    }
    assert not [path for path, text in pages.items() if f"runs/{gone}".encode() in text]


def test_every_link_leads_somewhere(store, tmp_path):
    """Each address on each page is a file of the site, and none begins at a server's root."""
    (tmp_path / "registry.yaml").write_text(make_registry(make_run_id(1)), encoding="utf-8")
    site = tmp_path / "site"
    build_site(store, site)
    broken = []
    for path, text in read_site(site).items():
        if not path.endswith(".html"):
            continue
        for link in links_of(text.decode()):
            target = link.split("#")[0].split("?")[0]
            if target and not ((site / path).parent / target).resolve().is_file():
                broken.append(f"{path}: {link}")
            assert not link.startswith("/")
    assert broken == []


def test_pages_are_readable_without_scripts(store, tmp_path):
    """What a run is stands in its page's HTML; so do the newest rows of the table."""
    site = tmp_path / "site"
    build_site(store, site)
    run_page = (site / f"runs/{make_run_id(1)}.html").read_text(encoding="utf-8")
    cells = [e.text.split() for e in parse_elements(run_page) if e.tag in {"td", "th"} and e.text]
    assert {"max_depth", "10", "rmse", "green-2021-01"} <= {words[0] for words in cells if words}
    table = (site / "experiments/nyc-taxi/index.html").read_text(encoding="utf-8")
    names = [
        e.text.strip()
        for e in parse_elements(table)
        if e.tag == "th" and e.attrs.get("scope") == "row"
    ]
    assert names == [f"run-{number}" for number in reversed(range(5))]


def test_each_page_has_a_title_and_a_description(store, tmp_path):
    """Every page can be told from the others in a list of tabs or search results."""
    site = tmp_path / "site"
    build_site(store, site)
    titles = []
    for path, text in read_site(site).items():
        if path.endswith(".html"):
            elements = parse_elements(text.decode())
            titles += [e.text for e in elements if e.tag == "title"]
            told = [e.attrs["content"] for e in elements if e.attrs.get("name") == "description"]
            assert len(told) == 1, path
            assert told[0].strip(), path
    assert len(titles) == len(set(titles))


def test_an_empty_store_is_a_site(tmp_path):
    """Before the first run there is a page that says how to log one."""
    report = build_site(tmp_path / "runs", tmp_path / "site")
    assert report.n_runs == 0
    assert "No run yet" in report.index.read_text(encoding="utf-8")


def test_a_new_run_shows_a_metric_that_it_has(tmp_path):
    """One that lacks its experiment's main metric stands there with its own, not with a dash."""
    other = (make_run(99), {"epoch": [3.0], "mape": [0.25], "auc": [0.875]})
    write_store(tmp_path / "runs", [*make_taxi_runs(5), other])
    build_site(tmp_path / "runs", tmp_path / "site")
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    row = page.partition(">run-99<")[2].partition("</tr>")[0]
    assert '<span class="new-metric">auc</span> 0.8750' in row


def test_models_have_pages(store, tmp_path):
    """A registered version's page shows its run's metrics, the run's page links back to it."""
    run_id = make_run_id(1)
    (tmp_path / "registry.yaml").write_text(make_registry(run_id), encoding="utf-8")
    site = tmp_path / "site"
    build_site(store, site)
    version = (site / "models/taxi/1.html").read_text(encoding="utf-8")
    assert "rmse" in version
    assert "../../runs/" + run_id in version
    assert "models/taxi/1.html" in (site / f"runs/{run_id}.html").read_text(encoding="utf-8")


def test_versions_are_told_apart_in_words(tmp_path):
    """Whoever does not see colours hears a sentence, also of a metric without a direction."""
    numbers = [(1, 7.0, 30.0), (2, 6.0, 31.0)]
    write_store(
        tmp_path / "runs",
        [(make_run(n), {"rmse": [rmse], "leaves": [leaves]}) for n, rmse, leaves in numbers],
    )
    first = make_registry(make_run_id(1))
    entry = first[first.index("      - version: 1") :]
    second = entry.replace("version: 1", "version: 2").replace(make_run_id(1), make_run_id(2))
    (tmp_path / "registry.yaml").write_text(first + second, encoding="utf-8")
    build_site(tmp_path / "runs", tmp_path / "site")
    page = (tmp_path / "site/models/taxi/index.html").read_text(encoding="utf-8")
    told = [e.text for e in parse_elements(page) if e.attrs.get("class") == "hidden-text"]
    assert " better than the version before" in told
    assert " against the version before" in told


def test_a_version_without_its_run_is_a_warning(store, tmp_path):
    """A registry that names a run which the store does not have still builds, and says so."""
    missing = "f" * 32
    (tmp_path / "registry.yaml").write_text(make_registry(missing), encoding="utf-8")
    report = build_site(store, tmp_path / "site")
    assert report.warnings == (f"taxi version 1: its run {missing} is not in the store",)
    assert build_site(store, tmp_path / "site").warnings == report.warnings
    assert (tmp_path / "site/models/taxi/1.html").is_file()


def test_a_promotion_changes_the_runs_page(store, tmp_path):
    """The run's page shows the stage that its version holds now, not the one of the last build."""
    registry = tmp_path / "registry.yaml"
    registry.write_text(make_registry(make_run_id(1)), encoding="utf-8")
    site = tmp_path / "site"
    build_site(store, site)
    registry.write_text(registry.read_text().replace("Staging: 1", "Production: 1"))
    report = build_site(store, site)
    assert f"runs/{make_run_id(1)}.html" in report.changed
    assert f"runs/{make_run_id(3)}.html" not in report.changed


def test_hostile_names_are_only_text(tmp_path):
    """Names that look like HTML, paths or scripts stay text in pages and data."""
    evil = "</script><script>alert(1)</script>"
    run = make_run(
        1, run_name=evil, experiment="../../" + evil, params={evil: evil, "__proto__": "x"}
    )
    write_store(tmp_path / "runs", [(run, {evil: [1.0, 2.0]})])
    site = tmp_path / "site"
    build_site(tmp_path / "runs", site, config=Config(site=SiteConfig(title=evil), folder=tmp_path))
    for path, text in read_site(site).items():
        assert Path(path).parts[0] in {
            "assets",
            "data",
            "experiments",
            "runs",
            "models",
            MANIFEST_NAME,
            ".nojekyll",
            "index.html",
            "compare.html",
            "search.html",
            "404.html",
            "llms.txt",
        }
        if path.endswith(".html"):
            scripts = [e for e in parse_elements(text.decode()) if e.tag == "script"]
            inline = [e for e in scripts if "src" not in e.attrs]
            if path == "404.html":
                script = read_site(site)["assets/bundles/missing.js"].decode()
                assert [e.text for e in inline] == [script.replace("</", "<\\/")]
                continue
            assert all(e.attrs == {"type": "application/json", "id": "page-data"} for e in inline)
            for block in inline:
                json.loads(block.text)


def test_the_clock_is_only_for_the_report(store, tmp_path):
    """Time passes between the two readings of the clock that was passed in."""
    ticks = iter([10.0, 13.5])
    assert build_report(store, tmp_path, clock=lambda: next(ticks)).duration_s == 3.5


def build_report(store, tmp_path, *, clock):
    from runsite.build import BuildOptions, build

    options = BuildOptions(
        store=str(store), registry=tmp_path / "no.yaml", output=tmp_path / "site"
    )
    return build(options, clock=clock)


def test_another_tools_store_is_refused(tmp_path):
    """A folder that is something else is named, not built as an empty site."""
    foreign = tmp_path / "runs"
    (foreign / "0").mkdir(parents=True)
    (foreign / "0" / "meta.yaml").write_text("artifact_location: x\n")
    with pytest.raises(StoreError, match="MLflow"):
        build_site(foreign, tmp_path / "site")


def test_a_theme_overrides_a_block(store, tmp_path):
    """A page of one's own can extend the built-in one and see its context."""
    theme = tmp_path / "theme"
    theme.mkdir()
    (theme / "run.html").write_text(
        '{% extends "default/run.html" %}{% block footer %}<p>{{ run.name }} of ours</p>{% endblock %}'
    )
    config = Config(site=SiteConfig(theme="theme"), folder=tmp_path)
    build_site(store, tmp_path / "site", config=config)
    assert "<p>run-1 of ours</p>" in (tmp_path / f"site/runs/{make_run_id(1)}.html").read_text()


def test_a_wrong_name_in_a_theme_is_an_error(store, tmp_path):
    """A misspelt name stops the build and says where the right ones are listed."""
    theme = tmp_path / "theme"
    theme.mkdir()
    (theme / "run.html").write_text("{{ run.nmae }}")
    config = Config(site=SiteConfig(theme="theme"), folder=tmp_path)
    with pytest.raises(BuildError) as caught:
        build_site(store, tmp_path / "site", config=config)
    assert str(caught.value) == (
        "the template 'run.html' uses what does not exist: "
        "'runsite.pages.context.RunRef object' has no attribute 'nmae'\n"
        "  where: run.html\n"
        "  hint:  docs/themes.md lists what each template can use"
    )
    missing = dataclasses.replace(config, site=SiteConfig(theme="nowhere"))
    with pytest.raises(BuildError, match="neither a folder nor installed"):
        build_site(store, tmp_path / "site", config=missing)


def make_registry(run_id: str) -> str:
    return f"""\
format: 1
models:
  taxi:
    stages:
      Staging: 1
    versions:
      - version: 1
        run: "{run_id}"
        artifact: model
        digest: "sha256:{"5" * 64}"
        registered_at: "2026-11-23T03:12:00Z"
"""


def test_the_timeline_comes_from_git(store, tmp_path):
    """A commit of the registry is on the model's page and the overview, also when no file changed."""
    registry = tmp_path / "registry.yaml"
    site = tmp_path / "site"
    git = ["git", "-C", str(tmp_path), "-c", "user.name=Mara", "-c", "user.email=m@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    registry.write_text(make_registry(make_run_id(1)), encoding="utf-8")
    build_site(store, site)
    page = site / "models/taxi/index.html"
    assert "not committed yet" in page.read_text(encoding="utf-8")
    subprocess.run([*git, "add", "registry.yaml"], check=True)
    subprocess.run(
        [*git, "commit", "-q", "--author", "Mara <m@example.org>", "-m", "Try <b>it</b> (#7)"],
        check=True,
    )
    report = build_site(store, site)
    assert "models/taxi/index.html" in report.changed
    text = page.read_text(encoding="utf-8")
    assert "Try &lt;b&gt;it&lt;/b&gt; (#7)" in text
    assert "Mara" in text
    assert "Mara" in (site / "index.html").read_text(encoding="utf-8")
    assert build_site(store, site).unchanged


def test_a_strict_build_looks_at_every_link(store, tmp_path):
    """The site of a store has none that leads nowhere; a theme's is found, again and again."""
    (tmp_path / "registry.yaml").write_text(make_registry(make_run_id(1)), encoding="utf-8")
    site = tmp_path / "site"
    assert build_site(store, site, check_links=True).warnings == ()
    theme = tmp_path / "theme"
    theme.mkdir()
    (theme / "search.html").write_text(
        '{% extends "default/search.html" %}{% block footer %}<a href="nowhere.html">x</a>{% endblock %}'
    )
    config = Config(site=SiteConfig(theme="theme"), folder=tmp_path)
    for _ in range(2):
        report = build_site(store, site, config=config, check_links=True)
        assert report.warnings == ("search.html: nowhere.html does not exist",)
    assert report.unchanged
    assert build_site(store, site, config=config).warnings == ()
