"""The statistics that plots compute in the browser, against NumPy, pandas and scikit-learn."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from support.repository import ROOT

pytestmark = pytest.mark.browser

SCRIPTS = ROOT / "themes" / "base" / "static" / "scripts"


@pytest.fixture(scope="module")
def call(chromium):
    """Call a function of ``runsite.stats`` in the browser."""
    page = chromium.new_page()
    page.evaluate("window.runsite = {}")
    for name in ("stats", "curvelines", "axes", "grammar", "query"):
        source = (SCRIPTS / f"{name}.js").read_text(encoding="utf-8")
        page.evaluate(f"() => {{ {source} }}")

    def call(name, *arguments):
        text = json.dumps(arguments)
        return page.evaluate(f"args => runsite.stats.{name}(...args)", json.loads(text))

    call.page = page
    yield call
    page.close()


@pytest.fixture
def numbers():
    random = np.random.default_rng(11)
    return random.normal(size=200), random.normal(size=200).round(1)


def test_correlations(call, numbers):
    """Pearson as NumPy, Spearman as pandas, ties included; a constant has none."""
    xs, ys = (values.tolist() for values in numbers)
    assert call("pearson", xs, ys) == pytest.approx(np.corrcoef(xs, ys)[0, 1], abs=1e-12)
    spearman = pd.Series(xs).rank().corr(pd.Series(ys).rank())
    assert call("spearman", xs, ys) == pytest.approx(spearman, abs=1e-12)
    assert np.isnan(call("pearson", [1, 1, 1], [1, 2, 3]))


def test_boxes(call, numbers):
    """Quartiles as NumPy's; whiskers end at a value within 1.5 box lengths."""
    values = [*numbers[0].tolist(), 40.0]
    box = call("boxStats", values)
    q1, median, q3 = np.quantile(values, [0.25, 0.5, 0.75])
    assert [box["q1"], box["median"], box["q3"]] == pytest.approx([q1, median, q3])
    inside = [v for v in values if q1 - 1.5 * (q3 - q1) <= v <= q3 + 1.5 * (q3 - q1)]
    assert (box["low"], box["high"]) == (min(inside), max(inside))
    assert (box["min"], box["max"], box["n"]) == (min(values), 40.0, 201)
    assert box["mean"] == pytest.approx(np.mean(values))


@pytest.mark.parametrize("weight", [0.3, 0.9, 0.99])
def test_smoothing(call, numbers, weight):
    """Evenly spaced, it is pandas' adjusted exponential mean; gaps stay gaps."""
    ys = numbers[0].tolist()
    wanted = pd.Series(ys).ewm(alpha=1 - weight, adjust=True).mean()
    found = call("smooth", list(range(len(ys))), ys, weight)
    assert found == pytest.approx(wanted.tolist())
    with_gap = [1.0, None, 3.0]
    assert call("smooth", [0, 1, 2], with_gap, weight)[1] is None
    assert call("smooth", [0, 1, 2], with_gap, 0) == with_gap


def test_a_wide_gap_counts_for_more(call):
    """After ten steps without a value the past weighs as after ten values."""
    xs = [0, 1, 2, 3, 13]
    near = call("smooth", [0, 1, 2, 3, 4], [0, 0, 0, 0, 1], 0.9)[-1]
    far = call("smooth", xs, [0, 0, 0, 0, 1], 0.9)[-1]
    assert far > 2 * near


def test_the_best_so_far(call, numbers):
    """The running minimum or maximum, from the first value on."""
    ys = numbers[0].tolist()
    smaller, greater = True, False
    assert call("bestSoFar", ys, smaller) == np.minimum.accumulate(ys).tolist()
    assert call("bestSoFar", ys, greater) == np.maximum.accumulate(ys).tolist()
    assert call("bestSoFar", [None, 2, None, 1], smaller) == [None, 2, 2, 1]


def test_a_band(call, numbers):
    """Mean and sample deviation over the runs that are there, between points a straight line."""
    random = np.random.default_rng(2)
    curves = [
        {"xs": list(range(length)), "ys": random.normal(size=length).tolist()}
        for length in (30, 30, 20)
    ]
    band = call("bandOf", curves)
    table = pd.DataFrame({i: pd.Series(c["ys"]) for i, c in enumerate(curves)})
    assert [point["mean"] for point in band] == pytest.approx(table.mean(axis=1).tolist())
    assert [point["sd"] for point in band] == pytest.approx(table.std(axis=1, ddof=1).tolist())
    assert [point["n"] for point in band] == [3] * 20 + [2] * 10
    thin = call("bandOf", [{"xs": [0, 10], "ys": [0, 10]}, {"xs": [0, 5, 10], "ys": [0, 0, 0]}])
    assert [(p["x"], p["mean"]) for p in thin] == [(0, 0), (5, 2.5), (10, 5)]


def test_a_band_of_long_histories_is_thinned(call):
    """At most 200 places, both ends among them, on the curve."""
    xs = list(range(1_000))
    band = call("bandOf", [{"xs": xs, "ys": [3.0 * x for x in xs]}])
    assert len(band) == 200
    assert (band[0]["x"], band[-1]["x"]) == (0, 999)
    assert [p["mean"] for p in band] == pytest.approx([3 * p["x"] for p in band])


def test_a_surface(call):
    """The kernel regression of the contour, place by place, as NumPy computes it."""
    random = np.random.default_rng(4)
    xs, ys = random.uniform(size=(2, 60))
    zs = xs + 2 * ys
    size = 12
    found = call("smoothSurface", xs.tolist(), ys.tolist(), zs.tolist(), size)
    width = 0.8 * 60 ** (-1 / 6)
    at = (np.arange(size) + 0.5) / size
    hx, hy = (max(0.03, float(np.std(v, ddof=1)) * width) for v in (xs, ys))
    ax = np.exp(-0.5 * ((at[:, None] - xs) / hx) ** 2) + 1e-9
    ay = np.exp(-0.5 * ((at[:, None] - ys) / hy) ** 2) + 1e-9
    weights = ay[:, None, :] * ax[None, :, :]
    wanted = (weights * zs).sum(axis=2) / weights.sum(axis=2)
    values = np.array(found["values"])
    assert values == pytest.approx(wanted.ravel())
    assert np.corrcoef(values, (at[None, :] + 2 * at[:, None]).ravel())[0, 1] > 0.97


def test_lines_of_a_metric(call):
    """Axes of time start at the first value; a log axis leaves out what it cannot show."""
    curve = {"steps": [0, 10, 20], "times": [5_000, 6_000, 9_000], "values": [4.0, -1.0, None]}
    how = {"by": "time", "smooth": 0, "best": "", "log": True, "logx": False}
    lines = call.page.evaluate(
        "([curve, how]) => { runsite.chartWord = x => x; return runsite.makeLines([{name: 'a', curve}], how); }",
        [curve, how],
    )
    (line,) = lines
    assert line["xs"] == [0, 1, 4]
    assert line["ys"] == [4.0, None, None]


def test_a_long_line_is_thinned_to_its_extremes(call):
    """Both ends, the spike, the dip and the gap of a line stay, in order."""
    ys: list[float | None] = np.sin(np.arange(5000) / 300).tolist()
    ys[1234], ys[3210], ys[4000] = 9.0, -9.0, None
    places = call.page.evaluate("ys => runsite.thinPlaces(ys, 400)", ys)
    assert {0, 1234, 3210, 4000, 4999} <= set(places)
    assert places == sorted(set(places))
    assert 300 < len(places) <= 401
    short = [1.0, None, 2.0]
    assert call.page.evaluate("ys => runsite.thinPlaces(ys, 400)", short) == [0, 1, 2]


def test_a_sample_sees_every_value_of_a_grid(call):
    """Each of forty values that repeat run by run is in the sample about as often; it is stable."""
    rows = list(range(10_000))
    kept = call("sampleRows", rows, 2_000)
    assert kept == sorted(set(kept))
    assert abs(len(kept) - 2_000) < 200
    counts = np.bincount([row % 40 for row in kept], minlength=40)
    assert counts.min() > 25
    assert call("sampleRows", rows, 2_000) == kept
    assert call("sampleRows", rows[:50], 2_000) == rows[:50]


def test_groups_explain_ranks(call):
    """The correlation ratio is 1 where groups tell all, about 0 where they tell nothing."""
    assert call("correlationRatio", [0, 0, 1, 1], [1, 1, 5, 5]) == pytest.approx(1)
    assert call("correlationRatio", [0, 1, 0, 1], [1, 1, 5, 5]) == pytest.approx(0)
    # A group for each run tells nothing that the next run would keep to.
    assert np.isnan(call("correlationRatio", [0, 1, 2], [1, 2, 3]))


def test_a_correlation_has_no_nought_below_nought(call):
    """Two digits and a real minus."""
    told = [call("formatCorrelation", value) for value in (-0.004, 0.004, -0.5, 1)]
    assert told == ["0.00", "0.00", "−0.50", "1.00"]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 10, [0, 2, 4, 6, 8, 10]),
        (-0.5, 0.5, [-0.4, -0.2, 0, 0.2, 0.4]),
        (0.3, 0.30000000000000004, [0.3]),
        (1e16, 1e16 + 2, [1e16]),
    ],
)
def test_ticks_end_where_numbers_hardly_differ(call, low, high, ticks):
    """Runs that differ in the last digit only are drawn: an axis without an end stopped the page."""
    assert call.page.evaluate("of => runsite.makeTicks(...of, false)", [low, high]) == ticks


def test_a_pattern_of_many_parts_is_soon_looked_for(call):
    """An address can hold any filter: one of many % kept the page busy for ever."""
    script = """([like, text]) => {
        const column = {isText: true, words: [text], codes: Int32Array.of(0)};
        const runs = {size: 1, leftOut: 0, constants: new Map(), find: () => column};
        return runsite.evaluate(runs, runsite.parseFilter(`tags.a LIKE '${like}'`))[0];
    }"""
    assert call.page.evaluate(script, ["%a" * 3_000 + "%b", "a" * 20_000]) == 0
    assert call.page.evaluate(script, ["%a" * 3_000 + "%b", "a" * 20_000 + "b"]) == 1
