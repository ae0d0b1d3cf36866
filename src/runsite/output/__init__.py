"""Strings to files: the only place that writes a site."""
