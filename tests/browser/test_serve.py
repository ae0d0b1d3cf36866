"""``runsite serve`` as a person uses it: a process, a browser, and training code that runs."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time

import pytest

from support.sites import make_run, make_run_id, make_taxi_runs, write_store

pytestmark = pytest.mark.browser

MOVES_WITHIN_S = 2.0
TRAIN = """\
import sys
import runsite

with runsite.start_run(run_name="live"):
    print(runsite.active_run().info.run_id, flush=True)
    for number, line in enumerate(sys.stdin):
        runsite.log_metric("loss", float(line), step=number)
        print("logged", flush=True)
"""


@pytest.fixture
def project(tmp_path):
    write_store(tmp_path / "runs", make_taxi_runs(5))
    return tmp_path


@pytest.fixture
def serve(project):
    """Start the command in the project; `address_of` waits for its address."""
    command = [sys.executable, "-m", "runsite", "serve", "--port", "0", "--output", "served"]
    process = subprocess.Popen(
        command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def address_of(process):
    line = process.stdout.readline().strip()
    assert line.startswith("http://127.0.0.1:"), process.stderr.read()
    return line


def test_a_run_in_progress_moves_on_its_page(project, serve, browser_page):
    """A value is on the open page within two seconds after it was logged, five times in a row."""
    address = address_of(serve)
    page, waited = browser_page, []
    with subprocess.Popen(
        [sys.executable, "-c", TRAIN],
        cwd=project,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as training:
        run_id = training.stdout.readline().strip()
        log(training, 1.0)
        page.goto(address)
        page.get_by_role("link", name="live").first.click()
        page.locator("td.strong", has_text="1").wait_for()
        assert run_id in page.url
        for value in (0.75, 0.5, 0.375, 0.25, 0.125):
            log(training, value)
            began = time.monotonic()
            page.locator("td.strong", has_text=str(value)).wait_for(timeout=20_000)
            waited.append(time.monotonic() - began)
    page.locator("h1 .status-finished").wait_for(timeout=20_000)
    assert sorted(waited)[len(waited) // 2] < MOVES_WITHIN_S


def test_a_reload_waits_for_a_menu_and_keeps_the_view(project, serve, browser_page):
    """News come when the menu is closed; what is scrolled stays where it was."""
    page, address = browser_page, address_of(serve)
    write_store(project / "runs", make_taxi_runs(60)[5:])
    wait_for_run(page, address, number=59)
    page.goto(f"{address}experiments/nyc-taxi/index.html")
    page.locator(".runs-table tbody tr").nth(9).wait_for()
    page.locator(".runs-scroll").evaluate("frame => frame.scrollTo(0, 400)")
    page.evaluate("window.isFirst = true")
    page.get_by_role("button", name="View", exact=True).click()
    page.get_by_role("dialog", name="View").wait_for()
    write_store(project / "runs", [(make_run(90), {"rmse": [1.0]})])
    wait_for_run(page, address, number=90)
    page.wait_for_timeout(2000)
    assert page.get_by_role("dialog", name="View").is_visible()
    assert page.evaluate("window.isFirst")
    page.keyboard.press("Escape")
    wait_over_reload(
        page, "!window.isFirst && document.querySelector('.runs-scroll')?.scrollTop === 400"
    )


def test_a_reload_leaves_unfolded_what_was(project, serve, browser_page):
    """A reader of a run that goes on need not open the same part again every second."""
    page, address = browser_page, address_of(serve)
    metrics = {"loss": [2.0, 1.0], "system/cpu": [10.0, 20.0]}
    write_store(project / "runs", [(make_run(70), metrics)])
    wait_for_run(page, address, number=70)
    page.goto(f"{address}runs/{make_run_id(70)}.html")
    page.locator("summary", has_text="system").click()
    page.evaluate("window.isFirst = true")
    write_store(project / "runs", [(make_run(71), metrics)])
    wait_over_reload(page, "!window.isFirst")
    page.locator("details.curve-group[open] > summary", has_text="system").wait_for()


def wait_for_run(page, address, *, number):
    """Wait until the site that is served knows a run."""
    for _ in range(200):
        if page.request.get(f"{address}runs/{make_run_id(number)}.html").ok:
            return
        page.wait_for_timeout(100)
    pytest.fail(f"run {number} is not served")


def wait_over_reload(page, expression):
    """Wait until an expression is true, in whichever document there is at the moment."""
    from playwright.sync_api import Error

    for _ in range(200):
        with contextlib.suppress(Error):
            if page.evaluate(expression):
                return
        page.wait_for_timeout(100)
    pytest.fail(f"never true: {expression}")


def log(training, value):
    training.stdin.write(f"{value}\n")
    training.stdin.flush()
    assert training.stdout.readline() == "logged\n"


def test_a_broken_registry_is_told_and_mended(project, serve, browser_page):
    """The last good page stays under the message, which goes when the file is right again."""
    page = browser_page
    page.goto(address_of(serve))
    (project / "registry.yaml").write_text("format: 1\nmodels: [\n", encoding="utf-8")
    alert = page.get_by_role("alert")
    alert.wait_for(timeout=20_000)
    assert "registry.yaml" in alert.inner_text()
    assert page.locator("h1").count() == 1
    (project / "registry.yaml").write_text(
        f'format: 1\nmodels:\n  taxi:\n    versions:\n      - {{version: 1, run: "{make_run_id(1)}",'
        ' artifact: model, registered_at: "2026-11-23T03:12:00Z"}\n',
        encoding="utf-8",
    )
    page.get_by_role("navigation").get_by_role("link", name="Models").wait_for(timeout=20_000)
    assert page.get_by_role("alert").count() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a single process there")
def test_ctrl_c_ends_it_quietly(serve, browser_page):
    """Exit code 0 and no traceback, also while a page waits for news."""
    browser_page.goto(address_of(serve))
    browser_page.wait_for_timeout(300)
    browser_page.goto("about:blank")
    serve.send_signal(signal.SIGINT)
    _, told = serve.communicate(timeout=30)
    assert serve.returncode == 0
    assert told.splitlines()[-1] == "ended"
    assert "Traceback" not in told
