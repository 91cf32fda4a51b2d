-- Firefox places and Chromium history: microseconds of two eras, GUIDs, hashes of 48 bits.
CREATE TABLE moz_origins (id INTEGER PRIMARY KEY, prefix TEXT NOT NULL, host TEXT NOT NULL,
    frecency INTEGER NOT NULL, UNIQUE (prefix, host));
CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url LONGVARCHAR, title LONGVARCHAR,
    rev_host LONGVARCHAR, visit_count INTEGER DEFAULT 0, hidden INTEGER DEFAULT 0 NOT NULL,
    typed INTEGER DEFAULT 0 NOT NULL, frecency INTEGER DEFAULT -1 NOT NULL,
    last_visit_date INTEGER, guid TEXT, foreign_count INTEGER DEFAULT 0 NOT NULL,
    url_hash INTEGER DEFAULT 0 NOT NULL, origin_id INTEGER REFERENCES moz_origins(id));
CREATE TABLE moz_historyvisits (id INTEGER PRIMARY KEY, from_visit INTEGER, place_id INTEGER,
    visit_date INTEGER, visit_type INTEGER, session INTEGER);
CREATE TABLE moz_inputhistory (place_id INTEGER NOT NULL, input LONGVARCHAR NOT NULL,
    use_count INTEGER, PRIMARY KEY (place_id, input));
CREATE TABLE moz_meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE moz_icons (id INTEGER PRIMARY KEY, icon_url TEXT NOT NULL,
    fixed_icon_url_hash INTEGER NOT NULL, width INTEGER NOT NULL DEFAULT 0,
    root INTEGER NOT NULL DEFAULT 0, color INTEGER, expire_ms INTEGER NOT NULL DEFAULT 0,
    data BLOB);
CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR);
CREATE TABLE urls(id INTEGER PRIMARY KEY AUTOINCREMENT, url LONGVARCHAR, title LONGVARCHAR,
    visit_count INTEGER DEFAULT 0 NOT NULL, typed_count INTEGER DEFAULT 0 NOT NULL,
    last_visit_time INTEGER NOT NULL, hidden INTEGER DEFAULT 0 NOT NULL);
CREATE TABLE visits(id INTEGER PRIMARY KEY AUTOINCREMENT, url INTEGER NOT NULL,
    visit_time INTEGER NOT NULL, from_visit INTEGER, transition INTEGER DEFAULT 0 NOT NULL,
    visit_duration INTEGER DEFAULT 0 NOT NULL, incremented_omnibox_typed_score BOOLEAN
    DEFAULT FALSE NOT NULL, originator_cache_guid TEXT, is_known_to_sync BOOLEAN DEFAULT FALSE);
CREATE TABLE cookies(creation_utc INTEGER NOT NULL, host_key TEXT NOT NULL, name TEXT NOT NULL,
    value TEXT NOT NULL, encrypted_value BLOB NOT NULL, path TEXT NOT NULL,
    expires_utc INTEGER NOT NULL, is_secure INTEGER NOT NULL, UNIQUE (host_key, name, path));
INSERT INTO moz_origins SELECT value, 'https://', 'www' || value || '.example.org', 2000 - value
    FROM generate_series(1, 60);
INSERT INTO moz_places SELECT value, 'https://www.example.org/?q=%C3%A9&n=' || value,
        CASE value % 4 WHEN 0 THEN NULL ELSE 'Страница ' || value END, 'gro.elpmaxe.www.',
        value % 30, value % 2, 0, -1, 1735689600000000 + value * 1000003,
        substr(hex(randomblob(8)), 1, 12), 0, 47356370932282 + value, value % 60 + 1
    FROM generate_series(1, 900);
INSERT INTO moz_historyvisits SELECT value, value - 1, value % 900 + 1,
        1735689600000000 + value, value % 8 + 1, 0 FROM generate_series(1, 2000);
INSERT INTO moz_inputhistory SELECT value, 'exa', value / 3.0 FROM generate_series(1, 50);
INSERT INTO moz_meta VALUES ('origin_frecency_count', 12), ('sync/deviceId', 13),
    ('origin_frecency_sum', 9007199254740993);
INSERT INTO moz_icons SELECT value, 'fake-favicon-uri:https://x/' || value, value * 7919, 16, 0,
        NULL, 1800000000000, randomblob(300) FROM generate_series(1, 80);
INSERT INTO meta VALUES ('version', '67'), ('early_expiration_threshold', 13381800000000000),
    ('mmap_status', '-1'), ('last_compatible_version', '16');
INSERT INTO urls SELECT value, 'https://example.com/' || value, '', 1, 0,
        CASE value % 10 WHEN 0 THEN 0 ELSE 13381800000000000 + value END, 0
    FROM generate_series(1, 500);
INSERT INTO visits SELECT value, value % 500 + 1, 13381800000000000 + value, 0,
        -1610612736 + value, 0, value % 2, '', 0 FROM generate_series(1, 800);
INSERT INTO cookies SELECT 13381800000000000 + value, '.example.org', 'c' || value, '',
        CAST(x'763130' || randomblob(40) AS BLOB), '/', 0, 1 FROM generate_series(1, 100);
CREATE INDEX moz_places_url_hashindex ON moz_places (url_hash);
CREATE UNIQUE INDEX moz_places_guid_uniqueindex ON moz_places (guid);
CREATE INDEX moz_places_lastvisit ON moz_places (last_visit_date DESC);
CREATE INDEX urls_url_index ON urls (url);
