"""Removes orders that are older than two months, with what hangs on them."""
from datetime import date, timedelta

from src.services.database.db_utils import execute_query, is_workflow_enabled, transaction

KEPT_DAYS = 60


def old_orders():
    """The orders that would go."""
    limit = date.today() - timedelta(days=KEPT_DAYS)
    return execute_query(
        "SELECT id, order_number FROM orders_inbox WHERE DATE(order_date) < ?", (limit,))


def clean():
    """Deletes them; the line items first, because nothing cascades there."""
    ids = [row[0] for row in old_orders()]
    if not ids:
        return 0
    with transaction() as conn:
        marks = ','.join(['?'] * len(ids))
        conn.execute(
            "DELETE FROM shipstation_order_line_items WHERE order_inbox_id IN (" + marks + ")", ids)
        conn.execute("DELETE FROM order_items_inbox WHERE order_inbox_id IN (" + marks + ")", ids)
        return conn.execute("DELETE FROM orders_inbox WHERE id IN (" + marks + ")", ids).rowcount


def recent_shipments(days=7):
    """Shipments of the last days; the dates are text there, the limit is a date here."""
    limit = date.today() - timedelta(days=days)
    return execute_query(
        "SELECT order_number, ship_date FROM shipped_orders WHERE ship_date >= ?", (limit,))


def run():
    """One cycle, if the workflow may run."""
    if not is_workflow_enabled('orders-cleanup'):
        return None
    return clean()
