"""Brings status, carrier and shipments back from the shipping service."""
import logging
from datetime import datetime, timedelta

from src.services.database.db_utils import execute_query, is_workflow_enabled, transaction

logger = logging.getLogger(__name__)

WORKFLOW = 'unified-shipstation-sync'
FIELDS = ('status', 'shipping_carrier_code', 'shipping_service_code', 'tracking_number')


def watermark():
    """Where the last sync ended; two weeks back when there was none."""
    rows = execute_query(
        "SELECT last_sync_timestamp FROM sync_watermark WHERE workflow_name = ?", (WORKFLOW,))
    if rows:
        return rows[0][0]
    return (datetime.utcnow() - timedelta(days=14)).strftime('%Y-%m-%dT%H:%M:%SZ')


def move_watermark(conn, timestamp):
    """The next sync begins here."""
    conn.execute("""
        INSERT INTO sync_watermark (workflow_name, last_sync_timestamp, updated_at)
        VALUES (?, ?, CURRENT_TIMESTAMP)
        ON CONFLICT(workflow_name) DO UPDATE SET
            last_sync_timestamp = excluded.last_sync_timestamp,
            updated_at = CURRENT_TIMESTAMP
    """, (WORKFLOW, timestamp))


def update_order(conn, order):
    """Sets those columns that the answer has."""
    settings = []
    values = []
    for field in FIELDS:
        if order.get(field) is not None:
            settings.append(f"{field} = ?")
            values.append(order[field])
    if not settings:
        return 0
    settings.append("updated_at = datetime('now')")
    values.append(order['order_number'])
    cursor = conn.cursor()
    cursor.execute(
        f"UPDATE orders_inbox SET {', '.join(settings)} WHERE order_number = ?", values)
    return cursor.rowcount


def note_shipment(conn, order):
    """The shipment and its items, once."""
    conn.execute("""
        INSERT INTO shipped_orders (ship_date, order_number, customer_email, total_items)
        VALUES (?, ?, ?, ?)
        ON CONFLICT(order_number) DO UPDATE SET
            ship_date = excluded.ship_date, total_items = excluded.total_items
    """, (order['ship_date'], order['order_number'], order.get('email'), order['total_items']))
    for item in order['items']:
        conn.execute("""
            INSERT INTO shipped_items (ship_date, sku_lot, base_sku, quantity_shipped, order_number)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT(order_number, base_sku, sku_lot) DO UPDATE SET
                quantity_shipped = excluded.quantity_shipped
        """, (order['ship_date'], item['sku_lot'], item['sku'], item['quantity'],
              order['order_number']))


def sync(orders, timestamp):
    """One page of answers; an order that fails is counted and left for the next time."""
    failed = 0
    with transaction() as conn:
        for order in orders:
            try:
                update_order(conn, order)
                if order.get('ship_date'):
                    note_shipment(conn, order)
            except Exception:
                logger.exception("UPDATE orders_inbox failed for one order")
                failed += 1
        if not failed:
            move_watermark(conn, timestamp)
    return {'orders': len(orders), 'failed': failed}


def run(orders, timestamp):
    """One cycle, if the workflow may run."""
    if not is_workflow_enabled(WORKFLOW):
        return None
    return sync(orders, timestamp)
