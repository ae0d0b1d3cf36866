"""``python -m runsite.charts``: print the specs, as ``specs.json`` shall hold them."""

from __future__ import annotations

import sys

from runsite.charts.making import format_specs, make_chart_specs

if __name__ == "__main__":
    sys.stdout.write(format_specs(make_chart_specs()))
