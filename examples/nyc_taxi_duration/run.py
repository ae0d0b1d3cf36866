"""How long will a trip through New York take? From data to a published model registry.

Trains a row of models on real trips, logs each as a run, registers the best ones, promotes them
through Staging to Production, and builds the site that shows it all::

    python examples/nyc_taxi_duration/run.py [--data DIR] [--output demo] [--quick]
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from data import DataError, Trips, load_trips
from features import make_matrices
from progress import say
from project import FolderError, commit, prepare_project
from release import release, runsite_command
from search import search_boosted
from train import LINEAR_MODELS, TUTORIAL_PARAMS, Trained, train_boosted, train_linear

import runsite

EPILOG = """
The site lies in {output}/site. Open it in a browser, from disk:
  {index}

The registry is {output}/registry.yaml. How it came about:
  git -C {output} log --patch registry.yaml

Try a promotion, as it would stand in a pull request:
  cd {output}
  {runsite} promote {model} 3 Production
  git diff
"""


def main() -> None:
    """Run the demo from the command line."""
    options = parse_arguments()
    try:
        run_demo(options.output, data=options.data, quick=options.quick)
    except (DataError, FolderError) as error:
        sys.exit(f"error: {error}")


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--data",
        type=Path,
        help="folder with the taxi files (default: RUNSITE_TAXI_DATA, or found)",
    )
    parser.add_argument("--output", type=Path, default=Path("demo"), help="folder to write")
    parser.add_argument("--quick", action="store_true", help="few trips, few rounds: a look at it")
    return parser.parse_args()


def run_demo(output: Path, *, data: Path | None = None, quick: bool = False) -> None:
    """Load, train, register, promote, build."""
    trips = load_trips(data, quick=quick)
    say(trips.origin)
    say(f"{len(trips.train):,} trips to learn from, {len(trips.validation):,} to judge by\n")

    prepare_project(output, trips=trips)
    runsite.set_tracking_uri(output / "runs")
    runsite.set_experiment(trips.experiment)
    trained = train_all(trips, quick=quick)
    commit(output, f"Log {trips.experiment}")

    say("")
    best = release(trained, model=trips.model_name, folder=output)
    runsite_command("build", folder=output)
    say(f"\nIn Production: {best.name}, off by {best.rmse:.2f} minutes (RMSE)")
    say(
        EPILOG.format(
            output=output,
            index=(output / "site" / "index.html").resolve().as_uri(),
            model=trips.model_name,
            runsite=find_command(),
        )
    )


def find_command() -> str:
    """Return how to call runsite from this terminal: by its name only where the PATH leads to it."""
    here = Path(sys.executable).with_name("runsite")
    return "runsite" if shutil.which("runsite") == str(here) else str(here)


def train_all(trips: Trips, *, quick: bool) -> list[Trained]:
    """Train every model, the simplest first."""
    matrices = make_matrices(trips)
    trials, search_rounds, rounds = (2, 3, 5) if quick else (10, 10, 30)
    trained = [
        train_linear(name, estimator, trips=trips, matrices=matrices)
        for name, estimator in LINEAR_MODELS.items()
    ]
    found = search_boosted(
        "xgboost-search", trials=trials, rounds=search_rounds, trips=trips, matrices=matrices
    )
    for name, params in (("xgboost-found", found), ("xgboost-tutorial", TUTORIAL_PARAMS)):
        trained.append(train_boosted(name, params, rounds=rounds, trips=trips, matrices=matrices))
    return trained


if __name__ == "__main__":
    main()
