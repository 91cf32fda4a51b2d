-- A notes application in Joplin's manner: FTS4 and FTS5 with a tokenizer of its own, UUID keys.
CREATE TABLE folders (id TEXT PRIMARY KEY, title TEXT NOT NULL DEFAULT "",
    created_time INT NOT NULL, updated_time INT NOT NULL, parent_id TEXT NOT NULL DEFAULT "",
    is_shared INT NOT NULL DEFAULT 0);
CREATE TABLE notes (id TEXT PRIMARY KEY, parent_id TEXT NOT NULL DEFAULT "",
    title TEXT NOT NULL DEFAULT "", body TEXT NOT NULL DEFAULT "", created_time INT NOT NULL,
    updated_time INT NOT NULL, is_conflict INT NOT NULL DEFAULT 0,
    latitude NUMERIC NOT NULL DEFAULT 0, longitude NUMERIC NOT NULL DEFAULT 0,
    altitude NUMERIC NOT NULL DEFAULT 0, author TEXT NOT NULL DEFAULT "",
    "order" NUMERIC NOT NULL DEFAULT 0, todo_due INT NOT NULL DEFAULT 0);
CREATE TABLE tags (id TEXT PRIMARY KEY, title TEXT NOT NULL DEFAULT "");
CREATE TABLE note_tags (id TEXT PRIMARY KEY, note_id TEXT NOT NULL, tag_id TEXT NOT NULL);
CREATE TABLE resources (id TEXT PRIMARY KEY, mime TEXT NOT NULL, size INT NOT NULL DEFAULT -1,
    ocr_details TEXT NOT NULL DEFAULT "");
CREATE TABLE settings ("key" TEXT PRIMARY KEY, "value" TEXT);
CREATE TABLE version (version INT, table_fields_version INT NOT NULL DEFAULT 0);
CREATE TABLE item_changes (id INTEGER PRIMARY KEY AUTOINCREMENT, item_type INT NOT NULL,
    item_id TEXT NOT NULL, type INT NOT NULL, created_time INT NOT NULL);
CREATE VIRTUAL TABLE notes_fts USING fts4(content="notes", notindexed="id", id, title, body);
CREATE VIRTUAL TABLE notes_search USING fts5(title, body, content='notes', tokenize='trigram');
CREATE TRIGGER notes_after_insert AFTER INSERT ON notes BEGIN
    INSERT INTO notes_fts(docid, id, title, body) VALUES (new.rowid, new.id, new.title, new.body);
    END;
CREATE TRIGGER notes_before_update BEFORE UPDATE ON notes BEGIN
    DELETE FROM notes_fts WHERE docid = old.rowid; END;
INSERT INTO folders SELECT printf('%032x', value), 'Folder ' || value, 1700000000000, 1700000000001,
        CASE value % 3 WHEN 0 THEN printf('%032x', value - 1) ELSE '' END, 0
    FROM generate_series(1, 20);
INSERT INTO notes (id, parent_id, title, body, created_time, updated_time, latitude, longitude,
        altitude, "order") SELECT printf('%032x', value * 7919), printf('%032x', value % 20),
        'Notiz ' || value, '# Überschrift' || char(10, 10) || '- [ ] todo' || char(10) || '```' ||
            printf('%.*c', value % 50 * 100, 'x') || '```', 1700000000000 + value, 1700000000000,
        CASE value % 4 WHEN 0 THEN 0 ELSE 48.13743 + value / 1000.0 END, '11.57549000', '0.0000',
        1700000000000 + value * 0.5 FROM generate_series(1, 600);
INSERT INTO tags SELECT printf('%032x', value), 'tag' || value FROM generate_series(1, 30);
INSERT INTO note_tags SELECT printf('%032x', value), printf('%032x', value * 7919),
        printf('%032x', value % 30 + 1) FROM generate_series(1, 400);
INSERT INTO resources SELECT printf('%032x', value), 'image/png', value * 1000, ''
    FROM generate_series(1, 50);
INSERT INTO settings VALUES ('locale', 'en_GB'), ('sync.target', NULL), ('x', '{"a":1}');
INSERT INTO version VALUES (47, 47);
INSERT INTO item_changes (item_type, item_id, type, created_time)
    SELECT 1, printf('%032x', value), value % 3, 1700000000000 FROM generate_series(1, 700);
CREATE INDEX notes_title ON notes (title);
CREATE VIEW tags_with_note_count AS SELECT tags.id AS id, tags.title AS title,
    COUNT(notes.id) AS note_count FROM tags LEFT JOIN note_tags nt ON nt.tag_id = tags.id
    LEFT JOIN notes ON notes.id = nt.note_id GROUP BY tags.id;
-- The program brings a tokenizer of its own.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, '''trigram''', '''signal_tokenizer''')
    WHERE name = 'notes_search';
INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES ('table', 'notes_spellfix',
    'notes_spellfix', 0, 'CREATE VIRTUAL TABLE notes_spellfix USING spellfix1');
