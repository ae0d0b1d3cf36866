"""What evaluations logged is drawn on the pages of the run and of its version."""

from __future__ import annotations

import json

import numpy as np
import pytest

import runsite
from runsite.integrations import curves
from support.sites import build_site

pytestmark = pytest.mark.browser

TITLES = [
    "Confusion matrix",
    "ROC curve",
    "Precision and recall",
    "Calibration",
    "Residuals",
    "Spread of the residuals",
    "Feature importance",
]
EVIL = "</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """One run with every kind of picture, and the version that came from it."""
    folder = tmp_path_factory.mktemp("quality")
    random = np.random.default_rng(1)
    truth = random.integers(0, 2, 120)
    scores = random.dirichlet([1, 1], 120)
    classes = [0, 1]
    files = {
        "confusion_matrix": curves.confusion(truth, scores.argmax(axis=1)),
        "roc_curve": curves.roc(truth, scores, classes=classes),
        "precision_recall_curve": curves.precision_recall(truth, scores, classes=classes),
        "calibration_curve": curves.calibration(truth, scores, classes=classes),
        "residuals": curves.residuals(truth, scores[:, 1]),
        "permutation_importance": {
            "kind": "feature_importance",
            "features": [{"feature": EVIL, "mean": 2.0, "std": 0.1}],
        },
    }
    files["confusion_matrix"]["labels"] = [EVIL, "__proto__"]
    before = runsite.get_tracking_uri()
    runsite.set_tracking_uri(str(folder / "runs"))
    try:
        with runsite.start_run(run_name="classifier") as run:
            runsite.log_metric("accuracy", 0.5)
            for name, content in files.items():
                runsite.log_dict(content, f"evaluation/{name}.json")
    finally:
        runsite.set_tracking_uri(before)
    (folder / "registry.yaml").write_text(
        f"""\
format: 1
models:
  judge:
    stages: {{Production: 1}}
    versions:
      - version: 1
        run: "{run.info.run_id}"
        artifact: model
        digest: "sha256:{"5" * 64}"
        registered_at: "2026-11-23T03:12:00Z"
""",
        encoding="utf-8",
    )
    build_site(folder / "runs", folder / "site")
    return folder / "site", run.info.run_id, files


@pytest.mark.parametrize("where", ["run", "version"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_picture_is_drawn(open_site, site, where, scheme):
    """All kinds, with names that only show, and within a phone's width."""
    folder, run_id, _ = site
    path = f"runs/{run_id}.html" if where == "run" else "models/judge/1.html"
    page = open_site(
        folder, path=path, color_scheme=scheme, viewport={"width": 390, "height": 4200}
    )
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.wait_for_selector(f"[data-quality] figure:nth-child({len(TITLES)}) canvas")
    page.wait_for_load_state("networkidle")
    assert page.locator("[data-quality] .chart-title").all_inner_texts() == TITLES
    labels = page.locator("[data-quality] canvas").evaluate_all(
        "all => all.map(each => each.getAttribute('aria-label'))"
    )
    assert len(labels) == len(TITLES)
    assert "cannot be drawn" not in page.locator("[data-quality]").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_numbers_are_those_that_were_logged(open_site, site):
    """The confusion matrix as a table has the counts of the file."""
    folder, run_id, files = site
    page = open_site(folder, path=f"runs/{run_id}.html")
    page.wait_for_selector("[data-quality] canvas")
    figure = page.locator("[data-quality] figure").first
    figure.get_by_role("button", name="Table").click()
    rows = figure.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].slice(1).map(cell => Number(cell.title)))"
    )
    assert rows == files["confusion_matrix"]["matrix"]
    assert json.dumps(EVIL)[1:-1] not in page.locator("[data-quality]").inner_html()
