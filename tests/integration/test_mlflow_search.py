"""A grid of filters and orders gives the runs that MLflow finds in the same data, in its order.

The data are written by MLflow into SQLite, searched there, brought over by ``runsite import`` and
searched again.
"""

from __future__ import annotations

import json
import textwrap

import pytest

from runsite.tracking import MlflowClient
from support.mlflow_peer import mlflow_peer

__all__ = ["mlflow_peer"]

FILTERS = (
    "",
    "metrics.rmse < 5",
    "metrics.rmse >= 5 AND metrics.rmse <= 8",
    "metric.rmse = 3.5",
    "metrics.rmse != 3.5",
    "metrics.`val/rmse` > 1",
    'metrics."val/rmse" > 1',
    "metrics.odd > 0",
    "metrics.odd < 0",
    "metrics.odd != 1",
    "metrics.missing > 0",
    "params.model = 'ridge'",
    'params.model = "ridge"',
    "params.model != 'ridge'",
    "parameter.model LIKE 'r%'",
    "params.model LIKE '%IDGE'",
    "params.model ILIKE '%IDGE'",
    "params.model LIKE 'r_dge'",
    "params.model IS NULL",
    "params.model IS NOT NULL",
    "params.`learning rate` = '0.1'",
    "tags.team = 'blue'",
    "tag.team != 'blue'",
    "tags.team IS NULL",
    "tags.`a.b/c` LIKE '1%'",
    "tags.note = 'it has % and _'",
    "tags.note LIKE '%\\%%'",
    "attributes.status = 'FAILED'",
    "status != 'FINISHED'",
    "attribute.run_name LIKE 'run-1%'",
    "run_name ILIKE 'RUN-%'",
    "attr.user_id = 'ada'",
    "start_time > 1500",
    "start_time <= 1500 AND end_time > 1000",
    "end_time = 9000",
    "run_id IN ({ids})",
    "run_id NOT IN ({ids})",
    "datasets.name = 'taxi'",
    "dataset.context = 'eval'",
    "dataset.name LIKE 't%' AND dataset.context = 'train'",
    "dataset.digest IN ('d1', 'd2')",
    "metrics.rmse < 7 AND params.model = 'ridge' AND tags.team = 'blue'",
    "tags.mlflow.runName = 'run-3'",
    "tags.`mlflow.user` = 'ada'",
)
ORDERS = (
    [],
    ["metrics.rmse"],
    ["metrics.rmse DESC"],
    ["metrics.odd ASC"],
    ["metrics.odd DESC", "metrics.rmse"],
    ["params.model ASC"],
    ["params.model DESC", "start_time ASC"],
    ["tags.team DESC"],
    ["attributes.start_time ASC"],
    ["end_time DESC"],
    ["status", "run_id DESC"],
    ["run_name ASC"],
    ["metrics.`val/rmse` ASC"],
)
REFUSED = (
    "metrics.rmse < 'x'",
    "metrics.rmse LIKE '1'",
    "params.model = ridge",
    "colour.x = 1",
    "unknown_attribute = 'x'",
    "metrics.rmse <",
    "params.model > 'a'",
    "dataset.colour = 'x'",
    "status LIKE",
)

SCRIPT = """
    import json, math
    import mlflow
    from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag
    from mlflow.tracking import MlflowClient
    mlflow.set_tracking_uri("sqlite:///mlflow.db")
    client = MlflowClient()
    experiment = client.create_experiment("grid")
    odd = [1.0, math.nan, math.inf, -math.inf, -2.0]
    for n in range(24):
        tags = {"mlflow.user": "ada" if n % 2 else "bob", "mlflow.runName": f"run-{n}"}
        run = client.create_run(experiment, start_time=1000 + 100 * (n // 2), tags=tags)
        run_id = run.info.run_id
        metrics = [Metric("rmse", (n * 7 % 12) / 2 + 3, 1, 0)] if n % 5 else []
        metrics += [Metric("val/rmse", n % 3, 1, 0)] if n % 4 else []
        metrics += [Metric("odd", odd[n % 5], 1, 0)] if n % 6 else []
        params = [Param("model", ("ridge", "Ridge", "lasso", "rodge")[n % 4])] if n % 7 else []
        params += [Param("learning rate", "0.1" if n % 2 else "0.10")]
        tags = [RunTag("team", "blue" if n % 3 else "red")] if n % 8 else []
        tags += [RunTag("a.b/c", str(n)), RunTag("note", "it has % and _" if n == 5 else "plain")]
        client.log_batch(run_id, metrics, params, tags)
        if n % 3 == 0:
            inputs = [
                DatasetInput(Dataset(name, f"d{n % 4}", "local", "{}"),
                             [InputTag("mlflow.data.context", context)])
                for name, context in (("taxi", "train"), ("Taxi", "eval"))[: 1 + n % 2]
            ]
            client.log_inputs(run_id, inputs)
        if n % 9 != 8:
            client.set_terminated(run_id, "FAILED" if n % 5 == 1 else "FINISHED", 9000 + n // 4)
    every = sorted(r.info.run_id for r in client.search_runs([experiment], max_results=100))
    ids = ", ".join(repr(i) for i in every[:5])

    def ask(text, order):
        try:
            found = client.search_runs([experiment], text, order_by=order, max_results=100)
        except Exception:
            return "refused"
        return [r.info.run_id for r in found]

    answers = [[ask(text.replace("{ids}", ids), order) for order in ORDERS] for text in FILTERS]
    refused = [ask(text, []) for text in REFUSED]
    print(json.dumps({"ids": ids, "answers": answers, "refused": refused}))
"""


@pytest.fixture(scope="module")
def seen(mlflow_peer, tmp_path_factory):
    """Return what MLflow answers, and the folder of its database."""
    folder = tmp_path_factory.mktemp("mlflow")
    head = f"FILTERS = {FILTERS!r}\nORDERS = {ORDERS!r}\nREFUSED = {REFUSED!r}\n"
    out = mlflow_peer.run(head + textwrap.dedent(SCRIPT), cwd=folder)
    return json.loads(out.splitlines()[-1]), folder


@pytest.fixture(scope="module")
def client(seen, tmp_path_factory):
    """Bring the runs over, and return a client of the store and the experiment's id."""
    from click.testing import CliRunner

    from runsite.cli import cli

    store = tmp_path_factory.mktemp("store") / "runs"
    source = str(seen[1] / "mlflow.db")
    result = CliRunner().invoke(cli, ["import", source, "--store", str(store)])
    assert result.exit_code == 0, result.output
    client = MlflowClient(store)
    (experiment,) = client.search_experiments(filter_string="name = 'grid'")
    return client, experiment.experiment_id


@pytest.mark.slow
@pytest.mark.parametrize("row", range(len(FILTERS)), ids=FILTERS)
def test_each_filter_finds_the_same_in_each_order(row, seen, client):
    """The same runs in the same order, ties, NaN and missing values included."""
    answers, _ = seen
    text = FILTERS[row].replace("{ids}", answers["ids"])
    ours = [
        [r.info.run_id for r in client[0].search_runs([client[1]], text, order_by=order)]
        for order in ORDERS
    ]
    differing = {
        str(ORDERS[i]): (theirs, found)
        for i, (theirs, found) in enumerate(zip(answers["answers"][row], ours, strict=True))
        if theirs != found
    }
    assert differing == {}


@pytest.mark.slow
@pytest.mark.parametrize("row", range(len(REFUSED)), ids=REFUSED)
def test_what_mlflow_refuses_is_refused(row, seen, client):
    """By a message of ours, not by an answer that nobody asked for."""
    assert seen[0]["refused"][row] == "refused"
    with pytest.raises(ValueError, match="filter"):
        client[0].search_runs([client[1]], REFUSED[row])
