"""Runs with a model's folder, for tests of the registry. The files are text: nothing is loaded."""

from __future__ import annotations

from datetime import timedelta

from runsite.models.digest import digest_folder
from runsite.records import ModelRecord
from runsite.store import Store
from support.runs import BEGAN, a_run

__all__ = ["log_model_run"]


def log_model_run(store: Store, number: int, *paths: str, **fields: object) -> str:
    """Log a finished run with a model's folder at each path (``model`` by default); its id.

    ``metrics``, ``params``, ``tags``, ``inputs`` and the models' ``signature`` are logged; other
    fields go into the record.
    """
    logged = {key: fields.pop(key, {}) for key in ("metrics", "params", "tags", "inputs")}
    signature = fields.pop("signature", "")
    writer = store.start_run(a_run(number, **fields))
    writer.set_params({"alpha": str(number), **logged["params"]})
    writer.set_tags(logged["tags"])
    writer.log_metrics([(key, value, 0, None) for key, value in logged["metrics"].items()])
    for item in logged["inputs"]:
        writer.add_input(item)
    for path in paths or ("model",):
        folder = writer.artifacts_dir / path
        folder.mkdir(parents=True)
        (folder / "MLmodel").write_text("flavors: {}\n")
        (folder / "weights.txt").write_text(f"{number}\n")
        digest = digest_folder(folder)
        writer.add_model(ModelRecord(path, ("python_function",), digest, signature))
    writer.close(status="FINISHED", end_time=BEGAN + timedelta(minutes=1))
    return writer.run_id
