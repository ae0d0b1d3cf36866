"""Chart specs: one Vega-Lite spec per kind of chart, made by Altair, with the data left out.

``specs.json`` holds them, so that no build waits for Altair; ``make specs`` makes it anew. The page
fills in the named datasets when it draws, and the colours of the theme.
"""
