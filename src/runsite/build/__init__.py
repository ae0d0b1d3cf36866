"""The composition root of the site: options → read → plan → render → write."""
