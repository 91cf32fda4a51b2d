-- A repository in the manner of Fossil: artifacts as BLOBs, julian days as REAL, settings untyped.
CREATE TABLE blob(rid INTEGER PRIMARY KEY, rcvid INTEGER, size INTEGER,
    uuid TEXT UNIQUE NOT NULL, content BLOB,
    CHECK( length(uuid)>=40 AND rid>0 ));
CREATE TABLE delta(rid INTEGER PRIMARY KEY, srcid INTEGER NOT NULL REFERENCES blob);
CREATE TABLE rcvfrom(rcvid INTEGER PRIMARY KEY, uid INTEGER REFERENCES user, mtime DATETIME,
    nonce TEXT UNIQUE, ipaddr TEXT);
CREATE TABLE user(uid INTEGER PRIMARY KEY, login TEXT UNIQUE, pw TEXT, cap TEXT, cookie TEXT,
    ipaddr TEXT, cexpire DATETIME, info TEXT, mtime DATE, photo BLOB, jx TEXT DEFAULT '{}');
CREATE TABLE config(name TEXT PRIMARY KEY NOT NULL, value CLOB, mtime DATE,
    CHECK( typeof(name)='text' AND length(name)>=1 )) WITHOUT ROWID;
CREATE TABLE event(type TEXT, mtime DATETIME, objid INTEGER PRIMARY KEY, tagid INTEGER,
    uid INTEGER REFERENCES user, bgcolor TEXT, euser TEXT, user TEXT, ecomment TEXT,
    comment TEXT, brief TEXT, omtime DATETIME);
CREATE TABLE mlink(mid INTEGER, fid INTEGER, pmid INTEGER, pid INTEGER,
    fnid INTEGER REFERENCES filename, pfnid INTEGER, mperm INTEGER, isaux BOOLEAN DEFAULT 0);
CREATE TABLE filename(fnid INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE plink(pid INTEGER REFERENCES blob, cid INTEGER REFERENCES blob, isprim BOOLEAN,
    mtime DATETIME, baseid INTEGER REFERENCES blob, UNIQUE(pid, cid));
CREATE TABLE unsent(rid INTEGER PRIMARY KEY);
CREATE TABLE private(rid INTEGER PRIMARY KEY);
CREATE TABLE tagxref(tagid INTEGER, tagtype INTEGER, srcid INTEGER, origid INTEGER, value TEXT,
    mtime TIMESTAMP, rid INTEGER, UNIQUE(rid, tagid));
INSERT INTO user VALUES (1, 'anna', 'sha1', 's', NULL, NULL, NULL, '', 1700000000, NULL, '{}'),
    (2, 'anonymous', '0C', 'hz', NULL, NULL, NULL, 'Anon', NULL, x'ffd8', '{}');
INSERT INTO blob SELECT value, 1, CASE value % 50 WHEN 0 THEN -1 ELSE 300 END,
        lower(hex(randomblob(32))), CASE value % 50 WHEN 0 THEN NULL ELSE
        CAST(x'0000012c789c' || randomblob(value % 200) AS BLOB) END FROM generate_series(1, 700);
INSERT INTO delta SELECT value, value + 1 FROM generate_series(1, 300);
INSERT INTO rcvfrom VALUES (1, 1, 2460000.123456, 'n', '::1');
INSERT INTO config SELECT 'setting-' || value, CASE value % 3 WHEN 0 THEN '1' WHEN 1 THEN 'on'
        ELSE '' END, 1700000000 + value FROM generate_series(1, 60);
INSERT INTO event SELECT 'ci', 2460000.5 + value / 1440.0, value, NULL, 1, NULL, NULL, 'anna', NULL,
        'fix [' || value || '] — "quoted" ' || char(9) || 'x', NULL, 2460000.5 + value / 1440.0
    FROM generate_series(1, 400);
INSERT INTO filename SELECT value, 'src/' || value || '.c' FROM generate_series(1, 90);
INSERT INTO mlink SELECT value % 400, value, 0, 0, value % 90 + 1, 0, 0, value % 2
    FROM generate_series(1, 900);
INSERT INTO plink SELECT value, value + 1, 1, 2460000.25 + value, NULL FROM generate_series(1, 300);
INSERT INTO unsent SELECT value * 3 FROM generate_series(1, 20);
INSERT INTO tagxref SELECT value % 7, 1, value, value, NULL, 2459000.75, value
    FROM generate_series(1, 200);
CREATE INDEX delta_i1 ON delta(srcid);
CREATE INDEX event_i1 ON event(mtime);
CREATE INDEX mlink_i1 ON mlink(mid);
CREATE VIEW artifact AS SELECT blob.rid, uuid, srcid FROM blob
    LEFT JOIN delta ON blob.rid=delta.rid;
PRAGMA application_id = 252006674;
