-- Music: one part as beets writes it (flexible attributes), one as Navidrome does (text ids).
CREATE TABLE items (id INTEGER PRIMARY KEY, path BLOB, album_id INTEGER, title TEXT, artist TEXT,
    genre TEXT, year INTEGER, month INTEGER, track INTEGER, comp INTEGER, length REAL,
    bitrate INTEGER, rg_track_gain REAL, mtime REAL, added REAL, lyrics TEXT, mb_trackid TEXT);
CREATE TABLE albums (id INTEGER PRIMARY KEY, artpath BLOB, added REAL, albumartist TEXT,
    album TEXT, year INTEGER, comp INTEGER);
CREATE TABLE item_attributes (id INTEGER PRIMARY KEY, entity_id INTEGER, key TEXT, value TEXT,
    UNIQUE(entity_id, key) ON CONFLICT REPLACE);
CREATE TABLE media_file (id varchar(255) not null primary key,
    path varchar(255) default '' not null,
    title varchar(255) default '' not null, album_id varchar(255) default '' not null,
    artist varchar(255) default '' not null, duration real default 0 not null,
    size integer default 0 not null, compilation bool default FALSE not null,
    created_at datetime, updated_at datetime, order_title varchar null collate nocase,
    rg_peak real default 1.0, tags jsonb default '{}', sample_rate integer default 0 not null);
CREATE TABLE annotation (ann_id varchar(255) not null, user_id varchar(255) default '' not null,
    item_id varchar(255) default '' not null, item_type varchar(255) default '' not null,
    play_count integer default 0, play_date datetime, rating integer default 0,
    starred bool default FALSE not null, starred_at datetime,
    unique (user_id, item_id, item_type));
CREATE TABLE property (id varchar(255) not null primary key,
    value varchar(1024) default '' not null);
CREATE TABLE playlist_tracks (id integer default 0 not null, playlist_id varchar(255) not null,
    media_file_id varchar(255) not null);
CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL,
    is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));
INSERT INTO albums SELECT value, CAST('/music/Album ' || value || '/cover.jpg' AS BLOB),
        1500000000.25 + value, 'Artist ' || (value % 30), 'Album ' || value, 1960 + value % 60, 0
    FROM generate_series(1, 120);
INSERT INTO items SELECT value,
        CAST('/music/' || value || '.mp3' || x'ff' AS BLOB), value % 120 + 1,
        CASE value % 9 WHEN 0 THEN '' ELSE 'Träck “' || value || '”' END, 'Sigur Rós', '',
        CASE value % 5 WHEN 0 THEN 0 ELSE 1999 END, 0, value % 12, 0, 180 + value / 3.0, 320000,
        CASE value % 4 WHEN 0 THEN NULL WHEN 1 THEN 0.0 ELSE -7.43 END, 1500000000,
        1500000000.123456, 'line one' || char(10) || 'line two' || char(13, 10), ''
    FROM generate_series(1, 1000);
INSERT INTO item_attributes (entity_id, key, value)
    SELECT value % 1000 + 1, 'data_source' || value, 'x' FROM generate_series(1, 1500);
INSERT INTO media_file SELECT lower(hex(randomblob(16))) || value, '/music/' || value || '.flac',
        'Title ' || value, 'al' || (value % 40), '[Unknown Artist]', value * 1.5,
        5000000000 + value,
        value % 2, '2023-01-01 10:00:00.123456789+00:00', '2023-01-01T10:00:00Z',
        'title ' || value, 0.98, '{"genre":[{"id":"1","value":"Rock"}]}', 44100
    FROM generate_series(1, 400);
INSERT INTO annotation SELECT value, 'u1', 'it' || value, 'media_file', value % 50,
        '2024-01-01 10:00:00.123456+02:00', value % 6, value % 2, NULL FROM generate_series(1, 300);
INSERT INTO property VALUES ('LastScan-/music', '2025-01-01 10:20:30 +0000 UTC m=+0.1'),
    ('PIDTrack', ''), ('AlbumSort', '�');
INSERT INTO playlist_tracks SELECT value, 'pl' || (value % 3), 'mf' || value
    FROM generate_series(1, 300);
INSERT INTO goose_db_version (version_id, is_applied) SELECT 20200130083147 + value, 1
    FROM generate_series(1, 60);
CREATE INDEX media_file_order_title on media_file (order_title);
CREATE INDEX media_file_title on media_file (title collate nocase, id);
CREATE UNIQUE INDEX playlist_tracks_pos on playlist_tracks (playlist_id, id);
CREATE VIEW artist_stats AS SELECT artist, count(*) AS n, sum(length) AS seconds FROM items
    GROUP BY artist;
