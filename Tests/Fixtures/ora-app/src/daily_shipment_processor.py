"""The end of the day: counts for the dashboard and the history by week."""
from src.services.database.db_utils import execute_query, execute_update, get_connection

SNAPSHOT_TABLE = """
    CREATE TABLE IF NOT EXISTS end_of_day (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        day TEXT NOT NULL UNIQUE,
        orders INTEGER NOT NULL,
        units INTEGER NOT NULL,
        created_at TEXT NOT NULL DEFAULT (datetime('now'))
    ) STRICT;
    CREATE INDEX IF NOT EXISTS idx_end_of_day_day ON end_of_day(day);
"""


def prepare():
    """Makes the table of snapshots when it is not there."""
    conn = get_connection()
    conn.executescript(SNAPSHOT_TABLE)
    conn.commit()
    conn.close()


def has_table(name):
    """Whether the database has a table of this name."""
    rows = execute_query(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name = ?", (name,))
    return len(rows) == 1


def close_day():
    """Writes today's snapshot; a second call on the same day replaces the figures."""
    orders, units = execute_query(
        "SELECT COUNT(*), IFNULL(SUM(total_items), 0) FROM shipped_orders "
        "WHERE ship_date = date('now')")[0]
    execute_update("""
        INSERT INTO end_of_day (day, orders, units) VALUES (date('now'), ?, ?)
        ON CONFLICT(day) DO UPDATE SET orders = excluded.orders, units = excluded.units
    """, (orders, units))
    execute_update(
        "INSERT OR REPLACE INTO system_kpis (snapshot_date, shipments_sent, pending_uploads) "
        "VALUES (date('now'), ?, (SELECT COUNT(*) FROM orders_inbox WHERE status = 'pending'))",
        (orders,))
    return {'orders': int(orders), 'units': int(units)}


def by_month(year):
    """Shipped orders of each month of a year."""
    return [tuple(row) for row in execute_query(
        "SELECT strftime('%m', ship_date) AS month, COUNT(*) FROM shipped_orders "
        "WHERE strftime('%Y', ship_date) = ? GROUP BY strftime('%m', ship_date) ORDER BY month",
        (str(year),))]


def skus_of_orders(limit):
    """The articles of the newest orders, in one text each."""
    return [tuple(row) for row in execute_query("""
        SELECT order_number, GROUP_CONCAT(base_sku, ' ') FROM shipped_items
        WHERE order_number IS NOT NULL
        GROUP BY order_number ORDER BY order_number DESC LIMIT ?
    """, (limit,))]
