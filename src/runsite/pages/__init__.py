"""What each page says: frozen dataclasses that are the templates' contexts, and their assembly.

Pure: no file, clock or environment. Every field of a context carries its meaning in
``metadata["help"]``, which ``docs/themes.md`` lists and a contract test compares with the
templates.
"""
