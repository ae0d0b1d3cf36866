"""Scripts with ``# %%`` cells as notebooks: ``python tests/support/notebooks.py SCRIPT`` writes one."""

from __future__ import annotations

import json
import sys
from pathlib import Path

__all__ = ["make_notebook", "read_code"]


def make_notebook(script: str) -> str:
    """Turn a script into the text of a notebook, without outputs."""
    cells = []
    for number, block in enumerate(script.split("# %%")[1:]):
        head, _, body = block.partition("\n")
        lines = body.strip("\n").splitlines(keepends=True)
        cell: dict[str, object] = {"id": f"cell-{number}", "metadata": {}}
        if "[markdown]" in head:
            source = [line.removeprefix("#").removeprefix(" ") or "\n" for line in lines]
            cell |= {"cell_type": "markdown", "source": source}
        else:
            cell |= {
                "cell_type": "code",
                "source": lines,
                "execution_count": None,
                "outputs": [],
            }
        cells.append(cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def read_code(notebook: str) -> list[str]:
    """Return the code cells of a notebook."""
    cells = json.loads(notebook)["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.with_suffix(".ipynb").write_text(
        make_notebook(path.read_text(encoding="utf-8")), encoding="utf-8"
    )
