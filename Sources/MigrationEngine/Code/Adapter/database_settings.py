"""Which database this process uses: `db` has the functions of the one that the environment names.

USE_POSTGRES=true and DATABASE_URL: PostgreSQL. USE_POSTGRES=false or unset: the SQLite file at
DATABASE_PATH. What does not fit together is an error here, at import, and not a write to the wrong
database later.
"""
import os

_WORD = os.environ.get("USE_POSTGRES", "").strip().lower()
if _WORD not in ("", "true", "1", "yes", "on", "false", "0", "no", "off"):
    raise RuntimeError("USE_POSTGRES must be true or false")

USE_POSTGRES = _WORD in ("true", "1", "yes", "on")
DATABASE_URL = os.environ.get("DATABASE_URL", "").strip()
DATABASE_PATH = os.environ.get("DATABASE_PATH", "").strip() or "ora.db"

if USE_POSTGRES and not DATABASE_URL:
    raise RuntimeError("USE_POSTGRES is true and DATABASE_URL is not set")
if not USE_POSTGRES and "://" in DATABASE_PATH:
    raise RuntimeError("DATABASE_PATH is an address, and USE_POSTGRES is not true")

if USE_POSTGRES:
    from @PACKAGE@ import pg_utils as db
else:
    from @PACKAGE@ import @LAYER@ as db

__all__ = ["DATABASE_PATH", "DATABASE_URL", "USE_POSTGRES", "db"]
