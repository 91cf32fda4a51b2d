"""Keeps the number of units that wait for shipment; it opens the file by its own."""
import sqlite3

DATABASE = 'ora.db'


def refresh():
    """Writes units_to_ship and answers it."""
    conn = sqlite3.connect('ora.db')
    conn.row_factory = sqlite3.Row
    cursor = conn.cursor()
    cursor.execute(
        "SELECT SUM(oi.quantity) AS units FROM order_items_inbox oi "
        "JOIN orders_inbox o ON o.id = oi.order_inbox_id "
        "WHERE o.status = \"awaiting_shipment\"")
    units = cursor.fetchone()['units'] or 0
    cursor.execute(
        "INSERT OR REPLACE INTO shipstation_metrics (metric_name, metric_value, last_updated) "
        "VALUES ('units_to_ship', ?, datetime('now'))", (units,))
    conn.commit()
    conn.close()
    return units


def current():
    """The number that was kept last."""
    conn = sqlite3.connect(DATABASE)
    row = conn.execute(
        "SELECT metric_value FROM shipstation_metrics WHERE metric_name = 'units_to_ship'"
    ).fetchone()
    conn.close()
    return row[0] if row else 0
