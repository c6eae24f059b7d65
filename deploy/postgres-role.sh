#!/bin/sh
# The role of the platform: it owns its database and is no superuser, so that row-level security holds it.
set -eu
psql --set ON_ERROR_STOP=1 --username postgres --dbname tandem --set password="$TANDEM_PASSWORD" <<'SQL'
CREATE ROLE tandem LOGIN PASSWORD :'password';
ALTER DATABASE tandem OWNER TO tandem;
SQL
