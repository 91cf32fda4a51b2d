"""Recomputes the inventory from its baseline, the movements and what was shipped."""
import logging
import time

from src.services.database.db_utils import (
    execute_query, execute_update, is_workflow_enabled, transaction)

logger = logging.getLogger(__name__)

BASELINE = '2025-09-19'
WEEKS = 52


def key_products():
    """The articles that are counted, with their baseline; a blank baseline counts as 0."""
    return execute_query("""
        SELECT sku, MAX(CASE WHEN category = 'Key Products' THEN value END) AS name,
               SUM(CASE WHEN category = 'InitialInventory' THEN CAST(value AS INTEGER) ELSE 0 END)
        FROM configuration_params
        WHERE category IN ('Key Products', 'InitialInventory') AND IFNULL(sku, '') <> ''
        GROUP BY sku
        ORDER BY sku
    """)


def movements(sku):
    """Receipts and corrections since the baseline."""
    row = execute_query("""
        SELECT SUM(CASE WHEN transaction_type IN ('Receive', 'Repack', 'Adjust Up') THEN quantity
                        WHEN transaction_type = 'Adjust Down' THEN -quantity
                        ELSE 0 END)
        FROM inventory_transactions
        WHERE sku = ? AND date > ?
    """, (sku, BASELINE))[0]
    return row[0] or 0


def shipped(sku):
    """What left since the baseline."""
    sql = "SELECT SUM(quantity_shipped) FROM shipped_items WHERE base_sku = ?"
    sql += " AND ship_date > ?"
    return execute_query(sql, (sku, BASELINE))[0][0] or 0


def weekly_average(sku):
    """Whole units a week over the newest 52 weeks, times 100."""
    rows = execute_query(f"""
        SELECT SUM(quantity_shipped) / {WEEKS} FROM (
            SELECT quantity_shipped FROM weekly_shipped_history
            WHERE sku = ? ORDER BY start_date DESC LIMIT {WEEKS}
        ) AS newest
    """, (sku,))
    return (rows[0][0] or 0) * 100


def level(quantity):
    """The word that the dashboard shows."""
    if quantity <= 0:
        return 'critical'
    return 'low' if quantity < 50 else 'normal'


def report():
    """One row an article in inventory_current."""
    started = time.monotonic()
    execute_update("UPDATE workflows SET status = 'running', last_run_at = datetime('now') "
                   "WHERE name = 'weekly_reporter'")
    rows = []
    for sku, name, initial in key_products():
        quantity = initial + movements(sku) - shipped(sku)
        rows.append((sku, name or sku, quantity, weekly_average(sku), level(quantity)))
    with transaction() as conn:
        conn.executemany("""
            INSERT INTO inventory_current
                (sku, product_name, current_quantity, weekly_avg_cents, alert_level, last_updated)
            VALUES (?, ?, ?, ?, ?, CURRENT_TIMESTAMP)
            ON CONFLICT(sku) DO UPDATE SET
                product_name = excluded.product_name,
                current_quantity = excluded.current_quantity,
                weekly_avg_cents = excluded.weekly_avg_cents,
                alert_level = excluded.alert_level,
                last_updated = CURRENT_TIMESTAMP
        """, rows)
        conn.execute(
            "UPDATE workflows SET status = 'completed', records_processed = ?, "
            "duration_seconds = ? WHERE name = 'weekly_reporter'",
            (len(rows), int(time.monotonic() - started)))
    return {row[0]: row[2] for row in rows}


def stale_workflows(minutes=120):
    """Workflows that have been at 'running' for too long, with how long in minutes."""
    return execute_query("""
        SELECT name, CAST((julianday('now') - julianday(last_run_at)) * 1440 AS INTEGER)
        FROM workflows
        WHERE status = 'running' AND (julianday('now') - julianday(last_run_at)) * 1440 > ?
        ORDER BY name
    """, (minutes,))


def run():
    """Once, if the workflow may run."""
    if not is_workflow_enabled('weekly-reporter'):
        return None
    return report()
