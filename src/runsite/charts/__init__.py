"""Chart specs: one Vega-Lite spec per kind of chart, made by Altair, with the data left out.

Pure. The page fills in the named dataset ``points`` when it draws.
"""
