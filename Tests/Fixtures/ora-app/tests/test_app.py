"""What the application promises, on whichever database it runs.

Run in a folder that holds the database the application opens, on a copy: the tests write to it.
Nothing here speaks SQL; everything goes through the scripts and the endpoints.
"""
import os
import sys
import unittest
from datetime import datetime, timedelta

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import app as dashboard  # noqa: E402
from src import (  # noqa: E402
    daily_shipment_processor, scheduled_cleanup, scheduled_shipstation_upload,
    scheduled_xml_import, shipping_validator, shipstation_units_refresher,
    unified_shipstation_sync, weekly_reporter)

TODAY = datetime.utcnow().date()


def feed(number, items=(('17612', 2),), day=None, **fields):
    """An order as the shop's feed has it."""
    values = {'email': 'buyer@example.com', 'name': 'Edith Oakes', 'company': '',
              'state': 'ID', 'country': 'US'} | fields
    parts = ''.join(f'<{name}>{value}</{name}>' for name, value in values.items())
    lines = ''.join(
        f'<item><sku>{sku}</sku><quantity>{quantity}</quantity></item>'
        for sku, quantity in items)
    return (f'<order><number>{number}</number><date>{day or TODAY}</date>{parts}'
            f'{lines}</order>')


def import_feed(*orders):
    """One cycle of the import."""
    return scheduled_xml_import.run(f"<orders>{''.join(orders)}</orders>")


class ApplicationTests(unittest.TestCase):
    def setUp(self):
        self.client = dashboard.app.test_client()

    def get(self, path):
        answer = self.client.get(path)
        self.assertEqual(answer.status_code, 200)
        return answer.get_json()

    def waiting(self, status):
        rows = self.get(f'/api/orders?status={status}')['orders']
        return {row['order_number']: row for row in rows}

    def test_import_is_idempotent(self):
        self.assertEqual(import_feed(feed('800001')), {'new': 1, 'refused': 0})
        self.assertEqual(import_feed(feed('800001', [('17612', 5)])), {'new': 0, 'refused': 0})
        row = self.waiting('pending')['800001']
        self.assertEqual(row['total_items'], 5)
        self.assertEqual(row['order_date'], str(TODAY))

    def test_a_refused_order_does_not_stop_the_rest(self):
        answer = import_feed(
            feed('800010'), feed('800011', [('17612', -1)]), feed('800012'))
        self.assertEqual(answer, {'new': 2, 'refused': 1})
        self.assertIn('800012', self.waiting('pending'))

    def test_a_bundle_is_expanded_for_its_new_id(self):
        first = scheduled_xml_import.create_bundle('99001', 'Forty of one', [('17612', 40)])
        second = scheduled_xml_import.create_bundle('99002', 'Two', [('17904', 1), ('17914', 3)])
        self.assertGreater(first, 0)
        self.assertGreater(second, first)
        import_feed(feed('800020', [('99001', 2), ('99002', 1)]))
        self.assertEqual(self.waiting('pending')['800020']['total_items'], 84)

    def test_upload_claims_every_order_once_and_sends_its_date_as_text(self):
        import_feed(feed('800030'), feed('800031', [('17612', 1), ('17904', 1)]))
        sent = []

        def send(order):
            sent.append(order)
            return '9' + order['orderNumber']

        count = scheduled_shipstation_upload.run('run-1', send)
        self.assertGreaterEqual(count, 2)
        self.assertEqual(scheduled_shipstation_upload.run('run-2', send), 0)
        dates = {order['orderNumber']: order['orderDate'] for order in sent}
        self.assertEqual(dates['800030'], f'{TODAY}T00:00:00')
        self.assertIn('800031', self.waiting('awaiting_shipment'))

    def test_a_stale_claim_is_given_back(self):
        import_feed(feed('800040'))
        scheduled_shipstation_upload.claim_orders('run-3')
        scheduled_shipstation_upload.give_back_stale_claims(minutes=30)
        self.assertIn('800040', self.waiting('uploaded'))
        self.assertGreaterEqual(
            scheduled_shipstation_upload.give_back_stale_claims(minutes=-5), 1)
        self.assertIn('800040', self.waiting('pending'))

    def test_sync_notes_shipments_and_moves_the_watermark(self):
        import_feed(feed('800050'), feed('800051'))
        shipped = {
            'order_number': '800050', 'status': 'shipped', 'tracking_number': 'T1',
            'ship_date': str(TODAY), 'total_items': 2, 'email': 'Shipped.Buyer@Example.com',
            'items': [{'sku': '17612', 'sku_lot': '17612 - 250300', 'quantity': 2}]}
        self.assertEqual(
            unified_shipstation_sync.run([shipped], '2025-11-01T10:00:00Z'),
            {'orders': 1, 'failed': 0})
        self.assertEqual(unified_shipstation_sync.watermark(), '2025-11-01T10:00:00Z')
        found = self.get('/api/shipped_orders?search=shipped.buyer')['orders']
        self.assertEqual([row['order_number'] for row in found], ['800050'])
        self.assertEqual(found[0]['ship_date'], str(TODAY))

    def test_one_bad_order_neither_stops_the_page_nor_moves_the_watermark(self):
        before = unified_shipstation_sync.watermark()
        import_feed(feed('800060'), feed('800061'))
        bad = {'order_number': '800060', 'status': 'no such status'}
        good = {'order_number': '800061', 'status': 'on_hold'}
        self.assertEqual(
            unified_shipstation_sync.sync([bad, good], '2026-01-01T00:00:00Z'),
            {'orders': 2, 'failed': 1})
        self.assertIn('800061', self.waiting('on_hold'))
        self.assertEqual(unified_shipstation_sync.watermark(), before)

    def test_cleanup_removes_old_orders_only(self):
        old = TODAY - timedelta(days=90)
        import_feed(feed('800070', day=old), feed('800071'))
        before = len(scheduled_cleanup.old_orders())
        self.assertGreaterEqual(before, 1)
        self.assertEqual(scheduled_cleanup.clean(), before)
        self.assertEqual(scheduled_cleanup.old_orders(), [])
        self.assertIn('800071', self.waiting('pending'))

    def test_a_disabled_workflow_does_not_run(self):
        answer = self.client.post('/api/workflow_controls/orders-cleanup', json={'enabled': False})
        self.assertEqual(answer.status_code, 200)
        self.assertIsNone(scheduled_cleanup.run())
        self.client.post('/api/workflow_controls/orders-cleanup', json={'enabled': True})
        self.assertIsNotNone(scheduled_cleanup.run())

    def test_workflow_controls(self):
        self.client.post('/api/workflow_controls/weekly-reporter', json={'enabled': True})
        page = self.get('/api/workflow_controls')
        toggles = {row['workflow_name']: row for row in page['workflows']}
        self.assertIs(toggles['weekly-reporter']['enabled'], True)
        self.assertEqual(toggles['weekly-reporter']['updated_by'], 'dashboard')
        self.assertEqual(
            page['enabled'], sum(row['enabled'] for row in page['workflows']))
        moment = toggles['weekly-reporter']['last_updated']
        noted = datetime.strptime(moment[:19], '%Y-%m-%d %H:%M:%S')
        self.assertLess(abs(datetime.utcnow() - noted), timedelta(minutes=30))

    def test_dashboard_stats(self):
        before = self.get('/api/dashboard_stats')
        import_feed(feed('800080', [('17612', 7)], company='BrightWater Dental', state='HI'))
        import_feed(feed('800081', [('17904', 3)], country='Canada'))
        scheduled_shipstation_upload.run('run-4', lambda order: '9' + order['orderNumber'])
        units = shipstation_units_refresher.refresh()
        self.assertEqual(shipstation_units_refresher.current(), units)
        stats = self.get('/api/dashboard_stats')
        self.assertEqual(stats['units_to_ship'], units)
        self.assertEqual(stats['local_units'], units)
        self.assertGreaterEqual(stats['local_units'] - before['local_units'], 10)
        self.assertEqual(stats['key_customer_orders'] - before['key_customer_orders'], 1)
        self.assertEqual(stats['hawaiian_orders'] - before['hawaiian_orders'], 1)
        self.assertEqual(stats['international_orders'] - before['international_orders'], 1)
        self.assertEqual(stats['pending_uploads'], 0)

    def test_status_is_operational_after_a_report(self):
        weekly_reporter.report()
        self.assertEqual(self.get('/api/dashboard_stats')['system_status'], 'operational')
        self.assertNotIn('weekly_reporter', [row[0] for row in weekly_reporter.stale_workflows()])

    def test_recent_shipments_are_those_of_seven_days(self):
        before = self.get('/api/dashboard_stats')['recent_shipments']
        pages = [
            {'order_number': '800090', 'ship_date': str(TODAY), 'total_items': 1, 'items': []},
            {'order_number': '800091', 'ship_date': str(TODAY - timedelta(days=30)),
             'total_items': 1, 'items': []}]
        unified_shipstation_sync.sync(pages, '2025-11-02T10:00:00Z')
        self.assertEqual(self.get('/api/dashboard_stats')['recent_shipments'] - before, 1)
        numbers = [row[0] for row in scheduled_cleanup.recent_shipments(days=10)]
        self.assertIn('800090', numbers)
        self.assertNotIn('800091', numbers)

    def test_inventory_follows_its_formula(self):
        first = weekly_reporter.report()
        self.assertEqual(set(first), set(scheduled_xml_import.KEY_SKUS))
        unified_shipstation_sync.sync([{
            'order_number': '800100', 'ship_date': str(TODAY), 'total_items': 3,
            'items': [{'sku': '17612', 'sku_lot': '', 'quantity': 3}]}], '2025-11-03T10:00:00Z')
        second = weekly_reporter.report()
        self.assertEqual(second['17612'], first['17612'] - 3)
        for sku in first:
            self.assertIsInstance(first[sku], int)
            self.assertEqual(weekly_reporter.weekly_average(sku) % 100, 0)

    def test_inventory_alerts(self):
        sold = weekly_reporter.report()['18795']
        unified_shipstation_sync.sync([{
            'order_number': '800110', 'ship_date': str(TODAY), 'total_items': sold,
            'items': [{'sku': '18795', 'sku_lot': '', 'quantity': sold}]}], '2025-11-04T10:00:00Z')
        weekly_reporter.report()
        page = self.get('/api/inventory_alerts')
        alerts = {row['sku']: row for row in page['alerts']}
        self.assertEqual(alerts['18795']['alert_level'], 'critical')
        self.assertEqual(alerts['18795']['quantity'], 0)
        self.assertEqual(page['critical_units'], 0)
        self.assertEqual(page['critical_average'], 0.0)

    def test_shipped_orders_are_paged(self):
        unified_shipstation_sync.sync([
            {'order_number': f'80012{place}', 'ship_date': '2099-01-01', 'total_items': 1,
             'items': []} for place in range(3)], '2025-11-05T10:00:00Z')
        first = self.get('/api/shipped_orders?limit=2')['orders']
        rest = self.get('/api/shipped_orders?limit=1&offset=2')['orders']
        self.assertEqual(
            [row['order_number'] for row in first + rest], ['800122', '800121', '800120'])

    def test_orders_without_a_tracking_number_come_first(self):
        import_feed(feed('800130'), feed('800131'))
        unified_shipstation_sync.sync([
            {'order_number': '800130', 'status': 'awaiting_payment', 'tracking_number': 'A'},
            {'order_number': '800131', 'status': 'awaiting_payment'}], '2025-11-06T10:00:00Z')
        self.assertEqual(list(self.waiting('awaiting_payment')), ['800131', '800130'])

    def test_lots_are_added_edited_and_removed(self):
        lot = {'sku': '17612', 'lot': '259999', 'quantity': 10}
        added = self.client.post('/api/lot_inventory', json=lot).get_json()['id']
        self.assertGreater(added, 0)
        self.assertEqual(self.client.post('/api/lot_inventory', json=lot).status_code, 409)
        answer = self.client.patch(
            f'/api/lot_inventory/{added}', json={'manual_adjustment': -4, 'notes': '100% counted'})
        self.assertEqual(answer.get_json(), {'changed': 1})
        lots = {row['id']: row['quantity'] for row in self.get('/api/lot_inventory')['lots']}
        self.assertEqual(lots[added], 6)
        self.assertEqual(self.client.delete(f'/api/lot_inventory/{added}').status_code, 200)
        lots = {row['id'] for row in self.get('/api/lot_inventory')['lots']}
        self.assertNotIn(added, lots)

    def test_the_end_of_the_day_is_counted_once(self):
        daily_shipment_processor.prepare()
        daily_shipment_processor.prepare()
        self.assertTrue(daily_shipment_processor.has_table('end_of_day'))
        self.assertFalse(daily_shipment_processor.has_table('no_such_table'))
        before = daily_shipment_processor.close_day()
        unified_shipstation_sync.sync([{
            'order_number': '800140', 'ship_date': str(TODAY), 'total_items': 6,
            'items': []}], '2025-11-07T10:00:00Z')
        after = daily_shipment_processor.close_day()
        self.assertEqual(after['orders'] - before['orders'], 1)
        self.assertEqual(after['units'] - before['units'], 6)

    def test_shipments_by_month_and_articles_by_order(self):
        unified_shipstation_sync.sync([{
            'order_number': '990150', 'ship_date': '1999-02-03', 'total_items': 2,
            'items': [{'sku': '17612', 'sku_lot': '', 'quantity': 1},
                      {'sku': '17904', 'sku_lot': '', 'quantity': 1}]}], '2025-11-08T10:00:00Z')
        self.assertEqual(daily_shipment_processor.by_month(1999), [('02', 1)])
        number, skus = daily_shipment_processor.skus_of_orders(1)[0]
        self.assertEqual(number, '990150')
        self.assertEqual(sorted(skus.split(' ')), ['17612', '17904'])

    def test_violations_are_noted_once_and_resolved(self):
        import_feed(feed('800160', state='HI'))
        unified_shipstation_sync.sync([{
            'order_number': '800160', 'status': 'awaiting_shipment',
            'shipping_service_code': 'FedEx_Ground'}], '2025-11-09T10:00:00Z')
        shipping_validator.note_violations()
        shipping_validator.note_violations()
        self.assertEqual(
            [row[0] for row in shipping_validator.unresolved()].count('800160'), 1)
        row = [row for row in shipping_validator.per_order() if row[1] == '800160'][0]
        self.assertEqual(row[2:], ('hawaiian_service', 1))
        self.assertEqual(shipping_validator.resolve('800160'), 1)
        self.assertNotIn('800160', [row[0] for row in shipping_validator.unresolved()])

    def test_parameters_are_read(self):
        page = self.get('/api/config?category=PalletConfig')
        self.assertEqual(len(page['values']), 5)


if __name__ == '__main__':
    unittest.main()
