-- Flash cards as Anki keeps them: ids are milliseconds, fields are parted by U+001F, and names
-- have a collation that only Anki has, also in the key of a WITHOUT ROWID table.
CREATE TABLE col (id integer primary key, crt integer not null, mod integer not null,
    scm integer not null, ver integer not null, dty integer not null, usn integer not null,
    ls integer not null, conf text not null, models text not null, decks text not null,
    dconf text not null, tags text not null);
CREATE TABLE notes (id integer primary key, guid text not null, mid integer not null,
    mod integer not null, usn integer not null, tags text not null, flds text not null,
    sfld integer not null, csum integer not null, flags integer not null, data text not null);
CREATE TABLE cards (id integer primary key, nid integer not null, did integer not null,
    ord integer not null, mod integer not null, usn integer not null, type integer not null,
    queue integer not null, due integer not null, ivl integer not null, factor integer not null,
    reps integer not null, lapses integer not null, left integer not null, odue integer not null,
    odid integer not null, flags integer not null, data text not null);
CREATE TABLE revlog (id integer primary key, cid integer not null, usn integer not null,
    ease integer not null, ivl integer not null, lastIvl integer not null,
    factor integer not null, time integer not null, type integer not null);
CREATE TABLE graves (oid integer not null, type integer not null, usn integer not null,
    PRIMARY KEY (oid, type)) WITHOUT ROWID;
CREATE TABLE config (KEY text NOT NULL PRIMARY KEY, usn integer NOT NULL,
    mtime_secs integer NOT NULL, val blob NOT NULL) WITHOUT ROWID;
CREATE TABLE fields (ntid integer NOT NULL, ord integer NOT NULL, name text NOT NULL COLLATE NOCASE,
    config blob NOT NULL, PRIMARY KEY (ntid, ord)) WITHOUT ROWID;
CREATE TABLE decks (id integer PRIMARY KEY NOT NULL, name text NOT NULL COLLATE NOCASE,
    mtime_secs integer NOT NULL, usn integer NOT NULL, common blob NOT NULL, kind blob NOT NULL);
CREATE TABLE tags (tag text NOT NULL PRIMARY KEY COLLATE NOCASE, usn integer NOT NULL,
    collapsed boolean NOT NULL, config blob NULL) WITHOUT ROWID;
INSERT INTO col VALUES (1, 1700000000, 1760000000123, 1760000000456, 18, 0, 0, 0, '', '', '', '',
    '');
INSERT INTO notes SELECT 1500000000000 + value, substr(hex(randomblob(5)), 1, 10),
        1490000000000, 1700000000 + value, -1, ' marked leech ',
        'Frage ' || value || char(31) || '<b>Antwort</b>' || char(31) || '[sound:a.mp3]',
        'Frage ' || value, 4294967295 - value, 0, '' FROM generate_series(1, 800);
INSERT INTO cards SELECT 1500000001000 + value, 1500000000000 + value, 1, 0, 1700000000, -1, 2, 2,
        value, value % 400, 2500, 7, 0, 1001, 0, 0, 0, '{"pos":1,"s":12.5,"d":5.1}'
    FROM generate_series(1, 800);
INSERT INTO revlog SELECT 1510000000000 + value * 1000, 1500000001000 + value % 800 + 1, -1,
        value % 4 + 1, CASE value % 5 WHEN 0 THEN -600 ELSE value % 300 END, -60, 2500, 4000, 1
    FROM generate_series(1, 2500);
INSERT INTO graves SELECT value, value % 3, -1 FROM generate_series(1, 30);
INSERT INTO config VALUES ('nextPos', -1, 0, CAST('1' AS BLOB)),
    ('_deck_1_lastNotetype', -1, 0, x'31'), ('_nt_1_lastDeck', 0, 0, CAST('null' AS BLOB));
INSERT INTO fields SELECT value / 3, value % 3, CASE value % 3 WHEN 0 THEN 'Front' WHEN 1 THEN
        'back' ELSE 'Éxtra' END, x'0a00' FROM generate_series(0, 29);
INSERT INTO decks SELECT value, 'Deck' || char(31) || CASE value % 2 WHEN 0 THEN 'b' ELSE 'B' END
        || value, 1700000000, 0, x'08', x'' FROM generate_series(1, 20);
-- In the order of the program's collation, which is neither that of bytes nor that of NOCASE.
INSERT INTO tags SELECT char(97 + value % 26, 65 + value / 26) || value, 0, 0, NULL
    FROM generate_series(1, 120);
INSERT INTO tags VALUES ('Ödnis', 0, 0, NULL), ('zebra', 0, 0, x'00'), ('Zoo', -1, 1, NULL);
CREATE UNIQUE INDEX idx_fields_name_ntid ON fields (name, ntid);
CREATE UNIQUE INDEX idx_decks_name ON decks (name);
CREATE INDEX idx_notes_mid ON notes (mid);
CREATE INDEX ix_cards_sched ON cards (did, queue, due);
ANALYZE;
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'COLLATE NOCASE', 'COLLATE unicase');
