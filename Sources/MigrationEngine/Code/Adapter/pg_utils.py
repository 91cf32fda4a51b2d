"""PostgreSQL behind the functions by which this application knows its database.

The names and what they mean are those of the SQLite layer: rows are read by place and by name,
dates and times are text, sums are plain numbers, a connection has execute(), and close() gives it
back. A % is itself wherever it stands, with values and without; %s and %(name)s outside of quotes and
comments take a value. Works with psycopg (3) and psycopg2.

Environment: USE_POSTGRES must be true and DATABASE_URL set, else the import fails. DB_POOL_SIZE
(10) bounds the connections, DB_POOL_TIMEOUT (30) the seconds to wait for one, DB_DRIVER names the
driver, WORKFLOW_FAIL_OPEN (true) says whether a workflow runs whose toggle was never read.
"""
import logging
import os
import random
import re
import threading
import time
from collections.abc import Sequence
from contextlib import contextmanager
from functools import lru_cache

logger = logging.getLogger(__name__)


class ConfigurationError(RuntimeError):
    """The environment asks for two things at once, or for nothing."""


def truth(name, default):
    """A setting that is true or false, and nothing else."""
    word = os.environ.get(name, "").strip().lower()
    if word in ("true", "1", "yes", "on"):
        return True
    if word in ("false", "0", "no", "off"):
        return False
    if word:
        raise ConfigurationError(f"{name} must be true or false")
    return default


def number(name, default):
    """A setting that is a number above 0."""
    word = os.environ.get(name, "").strip()
    try:
        value = float(word) if word else default
    except ValueError:
        value = 0
    if value <= 0:
        raise ConfigurationError(f"{name} must be a number above 0")
    return value


def _database_url():
    url = os.environ.get("DATABASE_URL", "").strip()
    if not truth("USE_POSTGRES", False):
        raise ConfigurationError(
            "this code speaks PostgreSQL, and USE_POSTGRES is not true: set USE_POSTGRES=true and "
            "DATABASE_URL, or put back the code from before the switch")
    if not url:
        raise ConfigurationError("USE_POSTGRES is true and DATABASE_URL is not set")
    if url.lower().startswith(("sqlite:", "file:")) or url.lower().endswith((".db", ".sqlite3")):
        raise ConfigurationError("USE_POSTGRES is true and DATABASE_URL names an SQLite file")
    return url


_URL = _database_url()
_SIZE = int(number("DB_POOL_SIZE", 10))
_TIMEOUT = number("DB_POOL_TIMEOUT", 30)
_FAIL_OPEN = truth("WORKFLOW_FAIL_OPEN", True)


def _number(text):
    return int(text) if text.lstrip("-").isdigit() else float(text)


def _load_driver():
    wanted = os.environ.get("DB_DRIVER", "").strip()
    if wanted not in ("", "psycopg", "psycopg2"):
        raise ConfigurationError("DB_DRIVER must be psycopg or psycopg2")
    if wanted != "psycopg2":
        try:
            return _psycopg3()
        except ImportError:
            if wanted:
                raise
    return _psycopg2()


def _psycopg3():
    import psycopg
    import psycopg.sql
    from psycopg.adapt import Loader

    class Text(Loader):
        """Dates and times as SQLite gave them."""

        def load(self, data):
            return bytes(data).decode()

    class Number(Loader):
        """Sums as plain numbers."""

        def load(self, data):
            return _number(bytes(data).decode())

    def connect():
        # Values are put into the statement by the client, as psycopg2 and the proof of the
        # statements do: a whole number then is one for the server too.
        raw = psycopg.connect(_URL, cursor_factory=psycopg.ClientCursor)
        for name in ("date", "time", "timetz", "timestamp", "timestamptz"):
            raw.adapters.register_loader(name, Text)
        raw.adapters.register_loader("numeric", Number)
        return raw

    return psycopg, psycopg.sql, connect, lambda error: getattr(error, "sqlstate", None)


def _psycopg2():
    import psycopg2
    import psycopg2.extensions
    import psycopg2.sql

    text = psycopg2.extensions.new_type(
        (1082, 1083, 1114, 1184, 1266), "SQLITE_TEXT", lambda value, cursor: value)
    plain = psycopg2.extensions.new_type(
        (1700,), "SQLITE_NUMBER",
        lambda value, cursor: None if value is None else _number(value))
    raw_bytes = psycopg2.extensions.new_type(
        (17,), "SQLITE_BYTES", lambda value, cursor: None if value is None else bytes(
            psycopg2.BINARY(value, cursor)))

    def connect():
        raw = psycopg2.connect(_URL)
        for kind in (text, plain, raw_bytes):
            psycopg2.extensions.register_type(kind, raw)
        return raw

    return psycopg2, psycopg2.sql, connect, lambda error: getattr(error, "pgcode", None)


_driver, _sql, _connect, _state = _load_driver()

Error = _driver.Error
DatabaseError = _driver.DatabaseError
DataError = _driver.DataError
IntegrityError = _driver.IntegrityError
InterfaceError = _driver.InterfaceError
InternalError = _driver.InternalError
NotSupportedError = _driver.NotSupportedError
OperationalError = _driver.OperationalError
ProgrammingError = _driver.ProgrammingError


class PoolTimeout(OperationalError):
    """No connection came free in time."""


class CommitUnknown(OperationalError):
    """The line broke during a commit: whether it was kept is not known, so it is not repeated."""


#: Whether the rows of the SQLite layer are sqlite3.Row, else tuples. What is a tuple there is one here,
#: and what is none is none: templates, json and comparisons look at it.
NAMED_ROWS = True


def _place(names, key):
    """The place of a column by its name, in any case of letters."""
    folded = key.lower()
    for place, name in enumerate(names):
        if name.lower() == folded:
            return place
    raise IndexError(f"no column {key!r}")


class Row:
    """A row that is read by place and by name, as sqlite3.Row is."""

    __slots__ = ("_values", "_names")

    def __init__(self, values, names):
        self._values = tuple(values)
        self._names = names

    def __getitem__(self, key):
        return self._values[_place(self._names, key) if isinstance(key, str) else key]

    def __len__(self):
        return len(self._values)

    def __iter__(self):
        return iter(self._values)

    def __eq__(self, other):
        if not isinstance(other, Row):
            return NotImplemented
        return (self._names, self._values) == (other._names, other._values)

    def __hash__(self):
        return hash((tuple(self._names), self._values))

    def __repr__(self):
        return f"<Row {dict(zip(self._names, self._values))!r}>"

    def keys(self):
        """The names of the columns."""
        return list(self._names)


Sequence.register(Row)


class TupleRow(tuple):
    """A row that is a tuple, and is read by name, too."""

    def __new__(cls, values, names=()):
        row = super().__new__(cls, values)
        row._names = names
        return row

    def __getitem__(self, key):
        return tuple.__getitem__(self, _place(self._names, key) if isinstance(key, str) else key)

    def keys(self):
        """The names of the columns."""
        return list(self._names)


_ROW = Row if NAMED_ROWS else TupleRow


def _bound(values):
    """Values as the drivers take them: a row that is handed on is a sequence, what is no number is NULL."""
    if isinstance(values, dict):
        return {name: _kept(value) for name, value in values.items()}
    return tuple(map(_kept, values)) if isinstance(values, (Row, tuple, list)) else values


def _kept(value):
    return None if isinstance(value, float) and value != value else value


_NO_CODE = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)
_TURNS = re.compile(r"(?:^|;)\s*(BEGIN|START\s+TRANSACTION|COMMIT|END|ROLLBACK(?!\s+TO\b))\b", re.IGNORECASE)
_FIRST = re.compile(r"[\s;]*(\w+)")
_BEGINS = {"INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "BEGIN", "START", "SAVEPOINT"}
_MAKES = {"CREATE", "ALTER", "DROP"}
_TEMPORARY = re.compile(r"\btemp(?:orary)?\b", re.IGNORECASE)


def _stays_open(script):
    """Whether a script begins a transaction and does not end it."""
    turns = _TURNS.findall(_NO_CODE.sub(" ", script))
    return bool(turns) and turns[-1].upper().startswith(("BEGIN", "START"))


# What is taken as it stands, a placeholder, or a percent sign between other code.
_PERCENT = re.compile(
    r"(?P<kept>\b[eE]'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?(?:\*/|\Z)|"
    r"\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)|%s|%\(\w+\)s|%%?", re.DOTALL)


@lru_cache(maxsize=1024)
def _formatted(sql):
    """The text as the drivers format it: a % is written twice, unless it is a placeholder's."""
    def written(match):
        if match.group("kept"):
            return match.group().replace("%", "%%")
        return "%%" if match.group() in ("%", "%%") else match.group()
    return _PERCENT.sub(written, sql)


class Cursor:
    """A cursor whose execute() answers the cursor."""

    # What sqlite3 would take in another way (row_factory) cannot be set: it is an error, as it must be.
    __slots__ = ("connection", "arraysize", "_raw")

    def __init__(self, connection, raw):
        self.connection = connection
        self.arraysize = 1
        self._raw = raw

    def execute(self, sql, params=None):
        """Runs one statement; a % in it is a plain % with `params` and without."""
        text = _formatted(sql) if isinstance(sql, str) else sql
        return self._run(sql, text, () if params is None else params)

    def _run(self, sql, text, params):
        keeps = self.connection.note(sql)
        self.connection.guarded(lambda: self._raw.execute(text, _bound(params)))
        if keeps and not (self._raw.statusmessage or "").startswith("SELECT"):
            self.connection.commit()
        return self

    def executemany(self, sql, rows):
        """Runs one statement for each row of values."""
        self.connection.note(sql)
        text = _formatted(sql) if isinstance(sql, str) else sql
        self.connection.guarded(lambda: self._raw.executemany(text, [_bound(row) for row in rows]))
        return self

    def executescript(self, sql):
        """Several statements without values: all of them are kept, or, when one fails, none.

        What was open is committed first, and the script at its end, as SQLite does; a transaction that
        the script itself begins and does not end stays open.
        """
        self.connection.commit()
        self.connection.begin()
        self._run(sql, sql, None)
        if not _stays_open(sql):
            self.connection.commit()
        return self

    def fetchone(self):
        """The next row, or None: also behind a statement that gives none."""
        row = self._raw.fetchone() if self._raw.description else None
        return None if row is None else _ROW(row, self._names())

    def fetchmany(self, size=None):
        """The next rows: `arraysize` of them, where no number is given."""
        names, size = self._names(), self.arraysize if size is None else size
        if size < 1:
            return self.fetchall()
        return [_ROW(row, names) for row in self._raw.fetchmany(size)] if names else []

    def fetchall(self):
        """The rows that are left."""
        names = self._names()
        return [_ROW(row, names) for row in self._raw.fetchall()] if names else []

    def __iter__(self):
        return self

    def __next__(self):
        row = self.fetchone()
        if row is None:
            raise StopIteration
        return row

    def _names(self):
        return [column[0] for column in self._raw.description or []]

    @property
    def description(self):
        """What the columns are; None after a statement without rows."""
        return self._raw.description

    @property
    def rowcount(self):
        """How many rows the statement touched; -1 behind a query, as sqlite3 has it."""
        return -1 if (self._raw.statusmessage or "").startswith("SELECT") else self._raw.rowcount

    @property
    def lastrowid(self):
        """Not there: it would be 0, and children would get a parent that does not exist."""
        raise NotSupportedError("lastrowid: use INSERT ... RETURNING id and read the row")

    def close(self):
        """Lets go of the result."""
        self._raw.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Connection:
    """A connection of the pool, for as long as it is lent."""

    __slots__ = ("keep_after_error", "_raw", "_is_marked", "_is_begun", "__weakref__")

    def __init__(self, raw, keep_after_error=False):
        self._raw = raw
        # Whether SQLite would have a transaction open here: it begins one with the first row it writes.
        self._is_begun = False
        self.keep_after_error = keep_after_error
        # Whether it may have tables of its own, which end with SQLite's connection.
        self._is_marked = False

    @property
    def raw(self):
        """The driver's own connection."""
        if self._raw is None:
            raise InterfaceError("this connection was given back")
        return self._raw

    def cursor(self):
        """A cursor."""
        return Cursor(self, self.raw.cursor())

    def execute(self, sql, params=None):
        """A statement on a cursor of its own."""
        return self.cursor().execute(sql, params)

    def executemany(self, sql, rows):
        """A statement for each row of values, on a cursor of its own."""
        return self.cursor().executemany(sql, rows)

    def executescript(self, sql):
        """Several statements without values, on a cursor of its own."""
        return self.cursor().executescript(sql)

    def begin(self):
        """From here on what is made is kept with the rest, by commit()."""
        self._is_begun = True

    def note(self, sql):
        """Remembers what a statement may do, and tells whether it is kept at once.

        sqlite3 begins a transaction before INSERT, UPDATE and DELETE only: a table that is made without
        one, and what a WITH writes, is kept without a commit().
        """
        if not isinstance(sql, str):
            self.begin()
            return False
        self._is_marked = self._is_marked or _TEMPORARY.search(sql) is not None
        code = _NO_CODE.sub(" ", sql)
        word = _FIRST.match(code)
        word = word.group(1).upper() if word else ""
        if word in _BEGINS or "pg_advisory_xact_lock" in code:
            self.begin()
        elif word in ("COMMIT", "END", "ROLLBACK") and _TURNS.match(code.strip()):
            self._is_begun = False
        return not self._is_begun and (word in _MAKES or word == "WITH")

    def guarded(self, action):
        """Runs an action; with keep_after_error its failure does not end the transaction."""
        if not self.keep_after_error:
            return action()
        with self.raw.cursor() as cursor:
            cursor.execute("SAVEPOINT statement")
        try:
            result = action()
        except Error:
            if not _is_lost(self.raw):
                with self.raw.cursor() as cursor:
                    cursor.execute("ROLLBACK TO SAVEPOINT statement")
                    cursor.execute("RELEASE SAVEPOINT statement")
            raise
        with self.raw.cursor() as cursor:
            cursor.execute("RELEASE SAVEPOINT statement")
        return result

    def commit(self):
        """Keeps what was written; behind a statement that failed nothing can be kept, and that is an error."""
        if not _is_lost(self.raw) and self.raw.info.transaction_status == _FAILED:
            self.rollback()
            raise InternalError(
                "a statement of this transaction failed, so nothing of it is kept: SQLite keeps the others; "
                "transaction(keep_after_error=True) does so here")
        self._is_begun = False
        try:
            self.raw.commit()
        except Error as error:
            if _is_lost(self.raw):
                raise CommitUnknown("the connection was lost during COMMIT") from error
            raise

    def rollback(self):
        """Takes back what was written since the last commit."""
        self._is_begun = False
        if not _is_lost(self.raw):
            self.raw.rollback()

    def close(self):
        """Gives the connection back; what was not committed is taken back."""
        raw, self._raw = self._raw, None
        if raw is not None:
            _pool.give_back(raw, self._is_marked)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.commit()
        else:
            self.rollback()


# What the server's library calls a transaction in which a statement failed.
_FAILED = 3


def _is_lost(raw):
    return bool(raw.closed) or getattr(raw, "broken", False)


class Pool:
    """At most `size` connections; who finds none waits, but not for ever."""

    def __init__(self, size, timeout):
        self._timeout = timeout
        self._size = size
        self._start()

    def _start(self):
        self._process = os.getpid()
        self._free = threading.BoundedSemaphore(self._size)
        self._lock = threading.Lock()
        self._idle = []

    def take(self):
        """A working connection."""
        if self._process != os.getpid():
            # A forked child must not speak on its parent's lines.
            self._start()
        if not self._free.acquire(timeout=self._timeout):
            raise PoolTimeout(
                f"all {self._size} connections were in use for {self._timeout:g} s")
        try:
            return self._working()
        except BaseException:
            self._free.release()
            raise

    def _working(self):
        while True:
            with self._lock:
                raw, since = self._idle.pop() if self._idle else (None, 0)
            if raw is None:
                return self._new()
            if not _is_lost(raw) and (time.monotonic() - since < 30 or self._answers(raw)):
                return raw
            self._drop(raw)

    def _new(self):
        raw = _connect()
        with raw.cursor() as cursor:
            # SQLite's moments are UTC; so are this session's.
            cursor.execute("SET timezone = 'UTC'")
            cursor.execute("SET datestyle = 'ISO, YMD'")
        raw.commit()
        return raw

    @staticmethod
    def _answers(raw):
        try:
            with raw.cursor() as cursor:
                cursor.execute("SELECT 1")
            raw.rollback()
            return True
        except Error:
            return False

    @staticmethod
    def _drop(raw):
        try:
            raw.close()
        except Error:
            logger.debug("a lost connection did not close", exc_info=True)

    def give_back(self, raw, is_marked=False):
        """Takes a connection back, without anything open on it, or left on it for the next one."""
        try:
            if not _is_lost(raw):
                raw.rollback()
            if is_marked and not _is_lost(raw):
                with raw.cursor() as cursor:
                    cursor.execute("DISCARD TEMP")
                raw.commit()
        except Error:
            self._drop(raw)
        if self._process == os.getpid():
            if _is_lost(raw):
                self._drop(raw)
            else:
                with self._lock:
                    self._idle.append((raw, time.monotonic()))
            self._free.release()

    def close(self):
        """Closes what is idle."""
        with self._lock:
            idle, self._idle = self._idle, []
        for raw, _ in idle:
            self._drop(raw)


_pool = Pool(_SIZE, _TIMEOUT)


def get_connection(keep_after_error=False):
    """A connection of the pool; its close() gives it back."""
    return Connection(_pool.take(), keep_after_error)


def return_connection(conn):
    """Gives a connection back."""
    conn.close()


def close_pool():
    """Closes the idle connections, at the end of a process."""
    _pool.close()


@contextmanager
def transaction(keep_after_error=False):
    """One transaction: committed at the end, rolled back on an error.

    With keep_after_error a statement that fails takes back only itself, as SQLite does.
    """
    conn = get_connection(keep_after_error)
    conn.begin()
    try:
        yield conn
        conn.commit()
    except BaseException:
        if conn._raw is not None:
            conn.rollback()
        raise
    finally:
        conn.close()


def with_retry(action, tries=5):
    """Runs an action, which must be a whole transaction, again when the server asks for it.

    That is after a serialization failure, a deadlock, or a line that was lost before the commit.
    """
    for attempt in range(1, tries + 1):
        try:
            return action()
        except CommitUnknown:
            raise
        except Error as error:
            state = _state(error) or ""
            lost = isinstance(error, (OperationalError, InterfaceError)) and (
                state[:2] in ("", "08", "57")) and not isinstance(error, PoolTimeout)
            if attempt == tries or not (state in ("40001", "40P01") or lost):
                raise
            time.sleep(min(2, 0.05 * 2 ** attempt) * random.uniform(0.5, 1))
    return None


def execute_query(sql, params=None):
    """The rows of a statement; an empty list when it has none."""
    def action():
        with transaction() as conn:
            cursor = conn.execute(sql, params)
            return cursor.fetchall() if cursor.description is not None else []
    return with_retry(action)


def execute_update(sql, params=None):
    """Runs a statement and tells how many rows it touched."""
    def action():
        with transaction() as conn:
            return conn.execute(sql, params).rowcount
    return with_retry(action)


class _Now:
    """Stands for the server's clock in upsert()."""


NOW = _Now()
# A timestamp without zone, in UTC and without fractions: right for a timestamp column, and as text
# of SQLite's form for a text column.
_NOW_SQL = "date_trunc('second', timezone('UTC', statement_timestamp()))"


def upsert(table, data, conflict_columns):
    """Writes a row, or what differs of it when a row of this key is there.

    The key's columns are not overwritten. A value of NOW, or the word CURRENT_TIMESTAMP, is the
    server's clock. Names are quoted by the driver.
    """
    columns = list(data)
    missing = [column for column in conflict_columns if column not in data]
    if not conflict_columns or missing:
        raise ValueError(f"upsert needs the key's columns among its data: {missing}")
    values, params = [], []
    for column in columns:
        if data[column] is NOW or data[column] == "CURRENT_TIMESTAMP":
            values.append(_sql.SQL(_NOW_SQL))
        else:
            values.append(_sql.Placeholder())
            params.append(data[column])
    comma = _sql.SQL(", ")
    changed = [column for column in columns if column not in conflict_columns]
    action = _sql.SQL("NOTHING")
    if changed:
        action = _sql.SQL("UPDATE SET {}").format(comma.join(
            _sql.SQL("{0} = EXCLUDED.{0}").format(_sql.Identifier(column)) for column in changed))
    statement = _sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO {}").format(
        _sql.Identifier(*table.split(".")), comma.join(map(_sql.Identifier, columns)),
        comma.join(values), comma.join(map(_sql.Identifier, conflict_columns)), action)
    return execute_update(statement, params)


_flags = {}
_flags_lock = threading.Lock()


def is_workflow_enabled(workflow_name, cache_seconds=45):
    """Whether a workflow may run.

    The answer is kept for `cache_seconds`, give or take ten. A workflow without a row may run. When
    the toggle cannot be read the last answer holds; when there is none, WORKFLOW_FAIL_OPEN decides.
    """
    with _flags_lock:
        known, until = _flags.get(workflow_name, (None, 0.0))
    if known is not None and time.monotonic() < until:
        return known
    try:
        rows = execute_query(
            "SELECT enabled FROM workflow_controls WHERE workflow_name = %s", (workflow_name,))
    except Error:
        answer = _FAIL_OPEN if known is None else known
        logger.exception("the toggle of %s cannot be read; taken as %s", workflow_name, answer)
        return answer
    enabled = bool(rows[0][0]) if rows else True
    jitter = random.uniform(-10, 10) * min(1, cache_seconds / 45)
    with _flags_lock:
        _flags[workflow_name] = (enabled, time.monotonic() + cache_seconds + jitter)
    return enabled


def update_workflow_status(workflow_name, enabled, updated_by="system"):
    """Turns a workflow on or off."""
    upsert("workflow_controls", {
        "workflow_name": workflow_name, "enabled": bool(enabled), "updated_by": updated_by,
        "last_updated": NOW}, ["workflow_name"])
    with _flags_lock:
        _flags.pop(workflow_name, None)
