#!/usr/bin/env bash
# Starts the workflows, then the dashboard in front.
set -euo pipefail
export DATABASE_PATH="${DATABASE_PATH:-ora.db}"
python3 -m src.weekly_reporter
exec python3 app.py
