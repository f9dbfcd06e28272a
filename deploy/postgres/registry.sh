#!/usr/bin/env bash
# Run once by the image, before the registry starts: its own role and database, closed to everyone else.
set -euo pipefail
psql -v ON_ERROR_STOP=1 -U postgres -d postgres -v password="$REGISTRY_PASSWORD" <<'SQL'
CREATE ROLE sekali_registry LOGIN PASSWORD :'password';
CREATE DATABASE sekali_registry OWNER sekali_registry;
REVOKE ALL ON DATABASE sekali_registry FROM PUBLIC;
SQL
