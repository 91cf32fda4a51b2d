"""Claims pending orders, sends them to the shipping service, and notes what it answered."""
import logging

from src.services.database.db_utils import get_connection, is_workflow_enabled, with_retry

logger = logging.getLogger(__name__)


def claim_orders(run_id, limit=50):
    """Marks pending orders as taken by this run; two runs never take the same order."""
    conn = get_connection()
    try:
        conn.execute("BEGIN IMMEDIATE")
        rows = conn.execute(
            "SELECT id, order_number, order_date FROM orders_inbox "
            "WHERE status = 'pending' ORDER BY order_date, id LIMIT ?", (limit,)).fetchall()
        ids = [row[0] for row in rows]
        if ids:
            marks = ','.join('?' for _ in ids)
            conn.execute(
                f"UPDATE orders_inbox SET status = 'uploaded', failure_reason = ?, "
                f"updated_at = datetime('now') WHERE id IN ({marks})",
                [run_id] + ids)
        conn.commit()
        return rows
    except Exception:
        conn.rollback()
        raise
    finally:
        conn.close()


def order_items(conn, order_id):
    """What to send of one order."""
    return conn.execute(
        "SELECT sku, sku_lot, quantity FROM order_items_inbox WHERE order_inbox_id = ?",
        (order_id,)).fetchall()


def note_upload(order_id, shipstation_order_id):
    """The service took the order: its number, and one line for each article."""
    conn = get_connection()
    try:
        conn.execute(
            "UPDATE orders_inbox SET status = 'awaiting_shipment', failure_reason = NULL, "
            "shipstation_order_id = ? WHERE id = ?", (shipstation_order_id, order_id))
        lines = [(order_id, item[0], shipstation_order_id)
                 for item in order_items(conn, order_id)]
        conn.executemany(
            "INSERT OR IGNORE INTO shipstation_order_line_items "
            "(order_inbox_id, sku, shipstation_order_id) VALUES (?, ?, ?)", lines)
        conn.commit()
    finally:
        conn.close()


def give_back_stale_claims(minutes=30):
    """Orders whose run died halfway become pending again."""
    conn = get_connection()
    try:
        cursor = conn.execute(
            "UPDATE orders_inbox SET status = 'pending', failure_reason = NULL "
            "WHERE status = 'uploaded' AND failure_reason IS NOT NULL "
            "AND shipstation_order_id IS NULL "
            "AND updated_at < datetime('now', ? || ' minutes')", (-minutes,))
        conn.commit()
        return cursor.rowcount
    finally:
        conn.close()


def run(run_id, send):
    """One cycle: `send` posts an order and answers its number there."""
    if not is_workflow_enabled('shipstation-upload'):
        return None
    claimed = with_retry(lambda: claim_orders(run_id))
    for order_id, order_number, order_date in claimed:
        answer = send({'orderNumber': order_number, 'orderDate': order_date + 'T00:00:00'})
        note_upload(order_id, answer)
    logger.info("SELECT of pending orders done, %d uploaded", len(claimed))
    return len(claimed)
