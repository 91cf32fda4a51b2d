"""The dashboard: pages read these endpoints every minute."""
import os
import sqlite3

from flask import Flask, jsonify, request

from src.services.database.db_utils import (
    execute_query, execute_update, get_connection, transaction, update_workflow_status)

app = Flask(__name__)

DATABASE_PATH = os.environ.get('DATABASE_PATH', 'ora.db')
KEY_CUSTOMER = os.environ.get('KEY_CUSTOMER', 'brightwater')


@app.get('/api/dashboard_stats')
def dashboard_stats():
    """The cards at the top of the page."""
    units = execute_query(
        "SELECT metric_value FROM shipstation_metrics WHERE metric_name = ?", ('units_to_ship',))
    local = execute_query(
        "SELECT SUM(oi.quantity) FROM order_items_inbox oi "
        "JOIN orders_inbox o ON o.id = oi.order_inbox_id WHERE o.status = 'awaiting_shipment'")
    pending = execute_query("SELECT COUNT(*) FROM orders_inbox WHERE status = 'pending'")
    recent = execute_query(
        "SELECT COUNT(*) FROM shipped_orders WHERE ship_date >= date('now', '-7 days')")
    customer = execute_query(
        "SELECT COUNT(*) FROM orders_inbox WHERE status = 'awaiting_shipment' "
        "AND ship_company LIKE ?", (KEY_CUSTOMER + '%',))
    hawaiian = execute_query(
        "SELECT COUNT(*) FROM orders_inbox WHERE status = 'awaiting_shipment' "
        "AND ship_state = 'HI'")
    abroad = execute_query(
        "SELECT COUNT(*) FROM orders_inbox WHERE status = 'awaiting_shipment' "
        "AND ship_country IS NOT NULL AND ship_country NOT IN (?, ?, ?)",
        ('US', 'USA', 'United States'))
    runs = execute_query(
        "SELECT name, status FROM workflows WHERE last_run_at >= datetime('now', '-2 hours')")
    if not runs:
        status = 'warning'
    else:
        status = 'error' if any(row[1] == 'failed' for row in runs) else 'operational'
    units_to_ship = units[0][0] if units else 0
    return jsonify({
        'units_to_ship': units_to_ship,
        'fedex_pickup_needed': units_to_ship >= 185,
        'local_units': local[0][0] or 0,
        'pending_uploads': pending[0][0],
        'recent_shipments': recent[0][0],
        'key_customer_orders': customer[0][0],
        'hawaiian_orders': hawaiian[0][0],
        'international_orders': abroad[0][0],
        'system_status': status,
    })


@app.get('/api/workflow_controls')
def workflow_controls():
    """Every toggle, and how many are on."""
    rows = execute_query(
        "SELECT workflow_name, enabled, last_updated, updated_by FROM workflow_controls "
        "ORDER BY workflow_name")
    enabled = execute_query("SELECT COUNT(*) FROM workflow_controls WHERE enabled = 1")
    return jsonify({
        'enabled': enabled[0][0],
        'workflows': [
            {'workflow_name': row[0], 'enabled': bool(row[1]), 'last_updated': row[2],
             'updated_by': row[3]}
            for row in rows
        ],
    })


@app.post('/api/workflow_controls/<name>')
def set_workflow(name):
    """Turns a workflow on or off."""
    update_workflow_status(name, bool(request.get_json()['enabled']), 'dashboard')
    return jsonify({'ok': True})


@app.get('/api/shipped_orders')
def shipped_orders():
    """A page of shipped orders, the newest first, with a search."""
    limit = int(request.args.get('limit', 50))
    offset = int(request.args.get('offset', 0))
    sql = "SELECT ship_date, order_number, customer_email, total_items FROM shipped_orders"
    params = []
    if request.args.get('search'):
        sql += " WHERE customer_email LIKE ? OR order_number LIKE ?"
        params += ['%' + request.args['search'] + '%'] * 2
    sql += " ORDER BY ship_date DESC, order_number DESC LIMIT ?, ?"
    params += [offset, limit]
    rows = execute_query(sql, params)
    names = ('ship_date', 'order_number', 'customer_email', 'total_items')
    return jsonify({'orders': [dict(zip(names, row)) for row in rows]})


@app.get('/api/orders')
def orders():
    """Orders of the inbox, those without a tracking number first."""
    conn = get_connection()
    conn.row_factory = sqlite3.Row
    try:
        rows = conn.execute(
            "SELECT order_number, order_date, status, total_items, tracking_number, created_at "
            "FROM orders_inbox WHERE status = ? ORDER BY tracking_number, order_number LIMIT 100",
            (request.args.get('status', 'pending'),)).fetchall()
        return jsonify({'orders': [{name: row[name] for name in row.keys()} for row in rows]})
    finally:
        conn.close()


@app.get('/api/inventory_alerts')
def inventory_alerts():
    """Articles that run out, with the days that are left and the names as the report has them."""
    rows = execute_query("""
        SELECT sku, product_name, current_quantity, weekly_avg_cents / 100 AS average, alert_level
        FROM inventory_current
        WHERE alert_level IN ('low', 'critical')
        ORDER BY current_quantity, sku
    """)
    total = execute_query("SELECT SUM(current_quantity), AVG(current_quantity) "
                          "FROM inventory_current WHERE alert_level = 'critical'")[0]
    return jsonify({
        'alerts': [
            {'sku': sku, 'product_name': name, 'quantity': quantity, 'alert_level': alert,
             'days_left': round(quantity / (average / 7)) if average else 999}
            for sku, name, quantity, average, alert in rows
        ],
        'critical_units': total[0] or 0,
        'critical_average': float(total[1] or 0),
    })


@app.get('/api/lot_inventory')
def lot_inventory():
    """The lots with what is left of them."""
    rows = execute_query(
        'SELECT id, sku, lot, initial_qty + manual_adjustment FROM lot_inventory '
        'WHERE status = "active" ORDER BY sku, lot')
    return jsonify({'lots': [dict(zip(('id', 'sku', 'lot', 'quantity'), row)) for row in rows]})


@app.post('/api/lot_inventory')
def add_lot():
    """A new lot; 409 when the article has it already."""
    entry = request.get_json()
    try:
        with transaction() as conn:
            cursor = conn.cursor()
            cursor.execute(
                "INSERT INTO lot_inventory (sku, lot, initial_qty, received_date, created_at) "
                "VALUES (?, ?, ?, date('now'), datetime('now'))",
                (entry['sku'], entry['lot'], entry['quantity']))
            lot_id = cursor.lastrowid
        return jsonify({'id': lot_id})
    except sqlite3.IntegrityError:
        return jsonify({'error': 'this lot exists already'}), 409


@app.patch('/api/lot_inventory/<int:lot_id>')
def edit_lot(lot_id):
    """Changes those columns of a lot that the request names."""
    entry = request.get_json()
    columns = [name for name in ('manual_adjustment', 'status', 'notes') if name in entry]
    assignments = ', '.join(f"{name} = ?" for name in columns)
    changed = execute_update(
        f"UPDATE lot_inventory SET {assignments}, updated_at = datetime('now') WHERE id = ?",
        [entry[name] for name in columns] + [lot_id])
    return jsonify({'changed': changed})


@app.delete('/api/lot_inventory/<int:lot_id>')
def delete_lot(lot_id):
    """Removes a lot; the query function is used for a statement without rows."""
    execute_query("DELETE FROM lot_inventory WHERE id = ?", (lot_id,))
    return jsonify({'ok': True})


@app.get('/api/config')
def config():
    """Parameters of a category; 'LIKE ?' in the title of the page is not a statement."""
    rows = execute_query(
        "SELECT parameter_name, value FROM configuration_params "
        "WHERE category = ? AND parameter_name NOT LIKE 'x-%' ORDER BY parameter_name, id",
        (request.args.get('category', 'Rates'),))
    return jsonify({'title': "SELECT a category (LIKE ? shows help)",
                    'values': [[row[0], row[1]] for row in rows]})


if __name__ == '__main__':
    app.run(port=int(os.environ.get('PORT', '5000')))
