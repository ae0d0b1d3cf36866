"""The store: a folder of Parquet parts that only ever grows by whole files.

See ``docs/format.md`` for what the files hold and `Store` for what can be asked of them.
"""

from runsite.store.store import Store
from runsite.store.writer import RunWriter

__all__ = ["RunWriter", "Store"]
