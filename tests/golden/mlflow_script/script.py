"""A script that uses most of what tutorials use, and prints what it sees as JSON.

Run as ``python script.py PACKAGE URI``: once with MLflow, whose answers are ``expected.json``, and in
a test with runsite. Ids and times are left out; errors are recorded as having happened.
"""

import importlib
import json
import math
import sys
import tempfile
from pathlib import Path

package = sys.argv[1]
mlflow = importlib.import_module(package)
MlflowClient = importlib.import_module(f"{package}.tracking").MlflowClient
entities = importlib.import_module(f"{package}.entities")
ViewType = entities.ViewType
mlflow.set_tracking_uri(sys.argv[2])

seen = {}


def plain(value):
    """Make NaN and the infinities text, tuples lists."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def see(name, value):
    seen[name] = plain(value)


def fails(name, call):
    """Record whether a call is refused."""
    try:
        call()
    except mlflow.MlflowException:
        seen[name] = "refused"
    except Exception as error:  # noqa: BLE001 - which one it is, is what we want to see
        seen[name] = f"error {type(error).__name__}"
    else:
        seen[name] = "taken"


def own_tags(run):
    return {k: v for k, v in run.data.tags.items() if not k.startswith("mlflow.")}


client = MlflowClient()

# --- runs ---------------------------------------------------------------------------------------

experiment = mlflow.set_experiment("parity")
with mlflow.start_run(run_name="first", tags={"team": "taxi", "n": 3}, description="Why") as first:
    see("log_param returns", mlflow.log_param("alpha", 0.1))
    mlflow.log_param("alpha", "0.1")
    mlflow.log_params({"none": None, "true": True, "list": [1, "a"], "empty": ""})
    fails("param with another value", lambda: mlflow.log_param("alpha", 0.2))
    for step in range(3):
        mlflow.log_metric("loss", 1.0 / (step + 1), step=step)
    mlflow.log_metric("loss", 9.0, step=-5)
    mlflow.log_metric("nan", math.nan)
    mlflow.log_metric("inf", math.inf)
    mlflow.log_metrics({"rmse": 7.5, "mae": 5}, step=4)
    mlflow.log_metric("bool", value=True)
    mlflow.log_metric("text number", "0.5")
    fails("metric that is text", lambda: mlflow.log_metric("m", "high"))
    fails("metric that is None", lambda: mlflow.log_metric("m", None))
    mlflow.set_tags({"a": 1, "b": None})
    mlflow.set_tag("a", 2)
    mlflow.delete_tag("b")
    fails("delete a tag that is not there", lambda: mlflow.delete_tag("b"))
    fails("second run without nested", mlflow.start_run)
    with mlflow.start_run(run_name="child", nested=True) as child:
        mlflow.log_metric("rmse", 6.5)
        see("active is the child", mlflow.active_run().info.run_id == child.info.run_id)
    see("active is the first", mlflow.active_run().info.run_id == first.info.run_id)

run = mlflow.get_run(first.info.run_id)
see("status", run.info.status)
see("params", run.data.params)
see("metrics", run.data.metrics)
see("tags", own_tags(run))
see("name", run.info.run_name)
see("description", run.data.tags["mlflow.note.content"])
see("parent", mlflow.get_parent_run(child.info.run_id).info.run_id == first.info.run_id)
see("no parent", mlflow.get_parent_run(first.info.run_id))
see("history", [(m.step, m.value) for m in client.get_metric_history(run.info.run_id, "loss")])
see("no active run", mlflow.active_run())
see("last active run", mlflow.last_active_run().info.run_name)

try:
    with mlflow.start_run(run_name="broken") as broken:
        raise KeyError
except KeyError:
    pass
see("status after an exception", mlflow.get_run(broken.info.run_id).info.status)
mlflow.start_run(run_name="killed")
killed = mlflow.active_run().info.run_id
mlflow.end_run("KILLED")
see("status given", mlflow.get_run(killed).info.status)

with mlflow.start_run(run_id=killed):
    mlflow.log_metric("rmse", 8.5)
    mlflow.log_param("late", 1)
resumed = mlflow.get_run(killed)
see("resumed", [resumed.info.status, resumed.data.params, resumed.data.metrics])

# --- the client ---------------------------------------------------------------------------------

made = client.create_run(experiment.experiment_id, run_name="made", tags={"k": "v"}).info.run_id
client.log_metric(made, "rmse", 5.5, step=1)
client.log_param(made, "alpha", 3)
client.log_batch(
    made,
    [entities.Metric("loss", float(i), 1_600_000_000_000 + i, i) for i in range(5)],
    [entities.Param("depth", "8")],
    [entities.RunTag("t", "x")],
)
see("running", client.get_run(made).info.status)
client.set_terminated(made)
run = client.get_run(made)
see("made", [run.info.status, run.data.params, run.data.metrics, own_tags(run)])
client.set_tag(made, "late", "yes")
client.update_run(made, name="renamed")
see("renamed", [client.get_run(made).info.run_name, own_tags(client.get_run(made))])
fails("unknown run", lambda: client.get_run("0" * 32))

# --- searching ----------------------------------------------------------------------------------


def search(filter_string="", order_by=None, **query):
    runs = client.search_runs([experiment.experiment_id], filter_string, order_by=order_by, **query)
    return [run.info.run_name for run in runs]


FILTERS = [
    "metrics.rmse < 8",
    "metrics.rmse >= 6.5 and metrics.rmse != 7.5",
    "metrics.nan != 1",
    "metrics.nan = 1",
    "metrics.inf > 100",
    "metrics.`text number` = 0.5",
    "params.alpha = '0.1'",
    "params.alpha != '0.1'",
    "params.alpha LIKE '%1'",
    "params.true ILIKE 'TRUE'",
    "params.depth IS NULL",
    "params.depth IS NOT NULL",
    "tags.team = 'taxi'",
    "tags.team != 'bus'",
    "tags.team LIKE 't_x%'",
    "tags.`mlflow.runName` = 'child'",
    "tags.mlflow.runName LIKE '%ild'",
    "tags.a IS NULL AND status = 'FINISHED'",
    "attributes.status != 'FINISHED'",
    "run_name ILIKE 'REN%'",
    "attribute.run_name IN ('a')",
    f"run_id IN ('{made}', '{killed}')",
    f"run_id NOT IN ('{made}', '{killed}')",
    "start_time > 1000",
    "end_time < 1000",
    f"tags.mlflow.parentRunId = '{first.info.run_id}'",
    "rmse < 7",
    "metrics.rmse < '7'",
    "params.alpha = ridge",
    "params.alpha > '1'",
    "metrics.rmse LIKE '7'",
    "metrics.rmse <",
    "nonsense.a = 1",
]
NAMED = {made: "<made>", killed: "<killed>", first.info.run_id: "<first>"}
# What MLflow refuses and runsite understands on purpose is left out of the comparison.
BEYOND = {"attribute.run_name IN ('a')"}
for text in FILTERS:
    label = text
    for run_id, name in NAMED.items():
        label = label.replace(run_id, name)
    if text in BEYOND:
        continue
    try:
        see(f"filter {label}", sorted(search(text)))
    except mlflow.MlflowException:
        see(f"filter {label}", "refused")
for order in (
    ["metrics.rmse ASC", "attributes.run_name"],
    ["metrics.rmse DESC", "attributes.run_name"],
    ["metrics.nan ASC", "attributes.run_name DESC"],
    ["params.alpha DESC", "attributes.run_name"],
    ["tags.team", "attributes.run_name"],
    ["attributes.run_name DESC"],
    ["start_time ASC"],
    [],
):
    see(f"order {order}", search(order_by=order))
pages, token = [], None
while True:
    page = client.search_runs([experiment.experiment_id], "", max_results=2, page_token=token)
    pages.append([run.info.run_name for run in page])
    token = page.token
    if not token:
        break
see("pages", pages)
frame = mlflow.search_runs(order_by=["attributes.run_name ASC"])
columns = [c for c in frame.columns if not c.startswith("tags.mlflow.source")]
see("frame columns", sorted(columns))
see("frame", [[str(v) for v in frame[c]] for c in ("metrics.rmse", "status")])

client.delete_run(killed)
see("after deleting", sorted(search()))
see("deleted", search(run_view_type=ViewType.DELETED_ONLY))
see("all", sorted(search(run_view_type=ViewType.ALL)))
see("stage", client.get_run(killed).info.lifecycle_stage)
fails("resume a deleted run", lambda: mlflow.start_run(run_id=killed))
client.restore_run(killed)
see("after restoring", sorted(search()))

# --- experiments --------------------------------------------------------------------------------

other = mlflow.create_experiment("other", tags={"x": "1"})
fails("create twice", lambda: mlflow.create_experiment("other"))
see("by name", mlflow.get_experiment_by_name("other").experiment_id == other)
see("by unknown name", mlflow.get_experiment_by_name("missing"))
fails("by unknown id", lambda: mlflow.get_experiment("123456"))
client.set_experiment_tag(other, "y", "2")
see("experiment tags", mlflow.get_experiment(other).tags)
client.rename_experiment(other, "another")
see("renamed experiment", mlflow.get_experiment(other).name)
see("experiments", sorted(e.name for e in mlflow.search_experiments()))
found = mlflow.search_experiments(filter_string="name LIKE 'an%'", order_by=["name DESC"])
see("experiments found", [e.name for e in found])
found = mlflow.search_experiments(filter_string="tags.x = '1'")
see("experiments by tag", [e.name for e in found])
mlflow.delete_experiment(other)
see("experiment stage", mlflow.get_experiment(other).lifecycle_stage)
see("experiments left", sorted(e.name for e in mlflow.search_experiments()))
deleted = mlflow.search_experiments(view_type=ViewType.DELETED_ONLY)
see("experiments deleted", [e.name for e in deleted])
fails("use a deleted experiment", lambda: mlflow.set_experiment("another"))
client.restore_experiment(other)
see("experiment restored", mlflow.get_experiment(other).lifecycle_stage)

# --- artifacts ----------------------------------------------------------------------------------

mlflow.set_experiment("parity")
with tempfile.TemporaryDirectory() as folder, mlflow.start_run(run_name="files") as files:
    path = Path(folder, "data", "inner")
    path.mkdir(parents=True)
    (path / "b.txt").write_text("b")
    (path.parent / "a.txt").write_text("a")
    mlflow.log_artifact(path.parent / "a.txt")
    mlflow.log_artifact(str(path.parent / "a.txt"), "here/there")
    mlflow.log_artifacts(str(path.parent), "all")
    mlflow.log_artifact(str(path))
    mlflow.log_text("héllo", "notes/text.txt")
    mlflow.log_dict({"a": [1, 2], "b": {"c": None}}, "d.json")
    mlflow.log_dict({"a": 1}, "d.yaml")
    mlflow.log_table({"q": ["x", "y"], "n": [1, 2]}, "t.json")
    mlflow.log_table({"q": ["z"], "n": [3]}, "t.json")
    fails("artifact path upwards", lambda: mlflow.log_text("x", "../x.txt"))
    fails("absolute artifact path", lambda: mlflow.log_text("x", "/x.txt"))


def tree(path=None):
    for info in client.list_artifacts(files.info.run_id, path):
        yield [info.path, info.is_dir, info.file_size]
        if info.is_dir:
            yield from tree(info.path)


see("artifacts", [item for item in tree() if not item[0].endswith(("json", "yaml"))])
uri = f"runs:/{files.info.run_id}"
see("text", mlflow.artifacts.load_text(f"{uri}/notes/text.txt"))
see("json", mlflow.artifacts.load_dict(f"{uri}/d.json"))
table = mlflow.load_table("t.json", run_ids=[files.info.run_id])
see("table", {c: [str(v) for v in table[c]] for c in table.columns})
with tempfile.TemporaryDirectory() as folder:
    copy = client.download_artifacts(files.info.run_id, "all", folder)
    see("downloaded", sorted(p.relative_to(copy).as_posix() for p in Path(copy).rglob("*")))
listed = mlflow.artifacts.list_artifacts(f"{uri}/all")
see("listed", sorted(info.path for info in listed))

json.dump(seen, sys.stdout, indent=1, sort_keys=True, ensure_ascii=False)
sys.stdout.write("\n")
