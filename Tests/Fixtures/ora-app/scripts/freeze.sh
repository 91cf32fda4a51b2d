#!/usr/bin/env bash
# Turns every workflow off before a release and counts what waits.
set -euo pipefail
DATABASE_PATH="${DATABASE_PATH:-ora.db}"
sqlite3 "$DATABASE_PATH" "UPDATE workflow_controls SET enabled = 0"
sqlite3 ora.db "SELECT COUNT(*) FROM orders_inbox WHERE status = 'pending'"
cp ora.db "backup-$(date +%Y%m%d).db"
