"""Matplotlib's figures and Pillow's images, where MLflow has brought these libraries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.mlflow_peer import MlflowPeer, mlflow_peer
from support.repository import ROOT

__all__ = ["mlflow_peer"]

pytestmark = pytest.mark.slow

SCRIPT = f"""
import sys
sys.path.insert(0, {str(ROOT / "src")!r})
import json
import matplotlib
matplotlib.use("Agg")
import numpy as np
from matplotlib import pyplot as plt
from PIL import Image
import runsite

out = {{}}
figure, axes = plt.subplots()
axes.plot([1, 2])
clear = Image.new("RGBA", (3, 2), (200, 30, 30, 128))
with runsite.start_run() as run:
    for name in ("plain", "dir/loss.svg"):
        runsite.log_figure(figure, name)
    runsite.log_image(clear, "clear.webp")
    runsite.log_image(np.full((2, 3, 3), 0.5), "grey.jpg")
    try:
        runsite.log_image(clear, "clear.jpg")
    except runsite.errors.InvalidValueError as error:
        out["refused"] = error.problem
uri = f"runs:/{{run.info.run_id}}/"
for name in ("plain", "clear.webp", "grey.jpg"):
    image = runsite.artifacts.load_image(uri + name)
    out[name] = [image.format, image.mode, *image.size][: 2 if name == "plain" else 4]
out["svg"] = "<svg" in runsite.artifacts.load_text(uri + "dir/loss.svg")
out["files"] = sorted(item.path for item in runsite.artifacts.list_artifacts(uri) if not item.is_dir)
print("RESULT" + json.dumps(out))
"""


def test_figures_and_images_are_written_by_their_libraries(mlflow_peer: MlflowPeer, tmp_path: Path):
    """Each is what its name says, a name without a suffix is a PNG, and none is lost."""
    found = json.loads(mlflow_peer.run(SCRIPT, cwd=tmp_path).split("RESULT")[1])
    assert "'clear.jpg' cannot hold this image: " in found.pop("refused")
    files = [path for path in found.pop("files") if path in ("plain", "clear.webp", "grey.jpg")]
    assert files == ["clear.webp", "grey.jpg", "plain"]
    assert found == {
        "plain": ["PNG", "RGBA"],
        "clear.webp": ["WEBP", "RGBA", 3, 2],
        "grey.jpg": ["JPEG", "RGB", 3, 2],
        "svg": True,
    }
