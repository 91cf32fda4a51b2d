"""Looks for orders with a carrier or service that does not fit their destination."""
from src.services.database.db_utils import get_connection, transaction


def unresolved():
    """What is open, the oldest first; a violation without a date comes before all."""
    conn = get_connection()
    try:
        return conn.execute(
            "SELECT order_number, violation_type FROM shipping_violations "
            "WHERE is_resolved = 0 ORDER BY resolved_at, detected_at, id").fetchall()
    finally:
        conn.close()


def note_violations():
    """Hawaiian orders must not go by ground."""
    with transaction() as conn:
        orders = conn.execute(
            "SELECT id, order_number, shipping_service_code FROM orders_inbox "
            "WHERE ship_state = ? AND shipping_service_code LIKE '%ground%'", ('HI',)).fetchall()
        for order_id, number, service in orders:
            open_already = conn.execute(
                "SELECT COUNT(*) FROM shipping_violations WHERE order_id = ? AND is_resolved = 0",
                (order_id,)).fetchone()[0]
            if open_already:
                continue
            conn.execute(
                "INSERT INTO shipping_violations (order_id, order_number, violation_type, "
                "expected_value, actual_value) VALUES (?, ?, 'hawaiian_service', 'fedex_2day', ?)",
                (order_id, number, service))
    return len(orders)


def resolve(order_number):
    """Closes what is open for an order; answers how many."""
    with transaction() as conn:
        cursor = conn.execute(
            "UPDATE shipping_violations SET is_resolved = 1, resolved_at = CURRENT_TIMESTAMP "
            "WHERE order_number = ? AND is_resolved = 0", (order_number,))
        return cursor.rowcount


def per_order():
    """How many violations each order has; the row of the order itself is named by its rowid."""
    with transaction() as conn:
        return [tuple(row) for row in conn.execute("""
            SELECT o.rowid, o.order_number, v.violation_type, COUNT(*)
            FROM shipping_violations v JOIN orders_inbox o ON o.id = v.order_id
            GROUP BY v.order_id
            ORDER BY o.order_number
        """)]
