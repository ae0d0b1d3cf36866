"""What those who fill in a spec share with those who make it; known without Altair."""

from __future__ import annotations

__all__ = ["OKABE_ITO", "POINTS"]

POINTS = "points"
"""Name of the dataset that the page fills in."""

OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D1F", "#6B6B6B")
"""Eight colours that people with any colour vision tell apart (Okabe and Ito 2008; its yellow and
black are replaced, for they vanish on a white or a dark page)."""
