"""Pages to strings: Jinja templates for HTML, columns to data shards."""
