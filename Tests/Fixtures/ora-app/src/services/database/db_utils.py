"""The SQLite layer: one place that knows the file, its settings and how a lock is waited for."""
import logging
import os
import random
import sqlite3
import time
from contextlib import contextmanager

logger = logging.getLogger(__name__)

DATABASE_PATH = os.environ.get('DATABASE_PATH', 'ora.db')


def get_connection():
    """A connection with the settings that every part of the system relies on."""
    conn = sqlite3.connect(DATABASE_PATH, timeout=8)
    conn.execute("PRAGMA foreign_keys=ON")
    conn.execute("PRAGMA journal_mode=WAL")
    conn.execute("PRAGMA busy_timeout=8000")
    return conn


@contextmanager
def transaction():
    """One transaction: committed at the end, rolled back on an error."""
    conn = get_connection()
    try:
        yield conn
        conn.commit()
    except Exception:
        conn.rollback()
        raise
    finally:
        conn.close()


def execute_query(sql, params=()):
    """The rows of a statement, as tuples; also runs statements without rows."""
    with transaction() as conn:
        cursor = conn.cursor()
        cursor.execute(sql, params)
        return cursor.fetchall()


def execute_update(sql, params=()):
    """Runs a statement and tells how many rows it touched."""
    with transaction() as conn:
        return conn.execute(sql, params).rowcount


def with_retry(action, tries=5):
    """Runs an action again while another process holds the file."""
    for attempt in range(tries):
        try:
            return action()
        except sqlite3.OperationalError as error:
            if 'database is locked' not in str(error) or attempt + 1 == tries:
                raise
            time.sleep(0.05 * (attempt + 1) + random.uniform(0, 0.05))
    return None


_flags = {}


def is_workflow_enabled(workflow_name, cache_seconds=45):
    """Whether a workflow may run; the answer is kept for 45 seconds, give or take ten."""
    enabled, until = _flags.get(workflow_name, (True, 0.0))
    if time.monotonic() < until:
        return enabled
    try:
        rows = execute_query(
            "SELECT enabled FROM workflow_controls WHERE workflow_name = ?", (workflow_name,))
        enabled = bool(rows[0][0]) if rows else True
        until = time.monotonic() + cache_seconds + random.uniform(-10, 10)
        _flags[workflow_name] = (enabled, until)
    except sqlite3.Error:
        logger.exception("the toggle of %s cannot be read", workflow_name)
    return enabled


def update_workflow_status(workflow_name, enabled, updated_by='system'):
    """Turns a workflow on or off."""
    execute_update(
        "UPDATE workflow_controls SET enabled = ?, updated_by = ?, "
        "last_updated = datetime('now') WHERE workflow_name = ?",
        (1 if enabled else 0, updated_by, workflow_name))
    _flags.pop(workflow_name, None)
