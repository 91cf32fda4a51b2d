"""Reads orders from the shop's XML feed into orders_inbox and order_items_inbox."""
import logging
import sqlite3
import xml.etree.ElementTree as ElementTree

from src.services.database.db_utils import is_workflow_enabled, transaction

logger = logging.getLogger(__name__)

KEY_SKUS = ('17612', '17904', '17914', '18675', '18795')

INSERT_ITEM = """
    INSERT INTO order_items_inbox (order_inbox_id, sku, sku_lot, quantity)
    VALUES (?, ?, ?, ?)
"""


def expand_bundle(conn, sku, quantity):
    """A bundle becomes its components; any other article stays what it is."""
    rows = conn.execute("""
        SELECT bc.component_sku, bc.multiplier
        FROM bundle_components bc
        JOIN bundle_skus bs ON bs.id = bc.bundle_sku_id
        WHERE bs.bundle_sku = ? AND bs.active = 1
        ORDER BY bc.sequence
    """, (sku,)).fetchall()
    if not rows:
        return [(sku, quantity)]
    return [(component, quantity * multiplier) for component, multiplier in rows]


def create_bundle(bundle_sku, description, components):
    """A new bundle with its components; answers its id."""
    with transaction() as conn:
        cursor = conn.cursor()
        cursor.execute(
            "INSERT INTO bundle_skus (bundle_sku, description) VALUES (?, ?)",
            (bundle_sku, description))
        bundle_id = cursor.lastrowid
        cursor.executemany(
            "INSERT INTO bundle_components (bundle_sku_id, component_sku, multiplier, sequence) "
            "VALUES (?, ?, ?, ?)",
            [(bundle_id, sku, times, place) for place, (sku, times) in enumerate(components, 1)])
        return bundle_id


def active_lot(conn, sku):
    """The lot that is picked from now, or None."""
    row = conn.execute(
        "SELECT lot FROM sku_lot WHERE sku = ? AND active = 1 ORDER BY lot DESC LIMIT 0, 1",
        (sku,)).fetchone()
    return row[0] if row else None


def import_order(conn, order):
    """One order of the feed; answers whether it is new."""
    number = order.findtext('number')
    items = []
    for item in order.iter('item'):
        items += expand_bundle(conn, item.findtext('sku'), int(item.findtext('quantity')))
    items = [(sku, quantity) for sku, quantity in items if sku in KEY_SKUS]
    cursor = conn.cursor()
    known = conn.execute(
        "SELECT id FROM orders_inbox WHERE order_number = ?", (number,)).fetchone()
    if known:
        order_id = known[0]
        cursor.execute("DELETE FROM order_items_inbox WHERE order_inbox_id = ?", (order_id,))
        cursor.execute(
            "UPDATE orders_inbox SET total_items = ?, updated_at = datetime('now') WHERE id = ?",
            (sum(quantity for _, quantity in items), order_id))
    else:
        cursor.execute("""
            INSERT INTO orders_inbox (order_number, order_date, customer_email, status,
                                      total_items, ship_name, ship_company, ship_state,
                                      ship_country)
            VALUES (:number, :date, :email, 'pending', :items, :name, :company, :state, :country)
        """, {
            'number': number,
            'date': order.findtext('date'),
            'email': order.findtext('email'),
            'items': sum(quantity for _, quantity in items),
            'name': order.findtext('name'),
            'company': order.findtext('company'),
            'state': order.findtext('state'),
            'country': order.findtext('country'),
        })
        order_id = cursor.lastrowid
    for sku, quantity in items:
        cursor.execute(INSERT_ITEM, (order_id, sku, active_lot(conn, sku), quantity))
    return known is None


def import_orders(text):
    """The whole feed in one transaction; an order that is refused does not stop the rest."""
    new = refused = 0
    with transaction() as conn:
        for order in ElementTree.fromstring(text).iter('order'):
            try:
                new += import_order(conn, order)
            except sqlite3.IntegrityError as error:
                logger.warning("INSERT INTO orders_inbox refused, order left out: %s", error)
                refused += 1
    return {'new': new, 'refused': refused}


def run(text):
    """One cycle, if the workflow may run."""
    if not is_workflow_enabled('xml-import'):
        return None
    return import_orders(text)
