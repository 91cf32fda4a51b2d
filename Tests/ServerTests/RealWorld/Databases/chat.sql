-- A messenger in Signal's manner: JSON beside generated columns, FTS5 kept by triggers, partial
-- indexes, STRICT, blobs, and the trigger's own message when something is wrong.
CREATE TABLE conversations (id STRING PRIMARY KEY ASC, json TEXT, active_at INTEGER, type STRING,
    members TEXT, name TEXT, profileLastFetchedAt INTEGER, e164 STRING);
CREATE TABLE messages (rowid INTEGER PRIMARY KEY ASC, id STRING UNIQUE, json TEXT,
    readStatus INTEGER,
    expires_at INTEGER, sent_at INTEGER, schemaVersion INTEGER, conversationId STRING,
    received_at INTEGER, source STRING, hasAttachments INTEGER, body TEXT, expireTimer INTEGER,
    type STRING, isErased INTEGER, seenStatus NUMBER DEFAULT 0,
    isStory INTEGER GENERATED ALWAYS AS (type IS 'story'),
    shouldAffectPreview INTEGER GENERATED ALWAYS AS (type IS NULL
        OR type NOT IN ('call', 'profile')),
    isViewOnce INTEGER GENERATED ALWAYS AS (json_extract(json, '$.isViewOnce')) STORED);
CREATE TABLE attachment_backup (path TEXT NOT NULL PRIMARY KEY, bytes BLOB) STRICT, WITHOUT ROWID;
CREATE TABLE sessions (id TEXT PRIMARY KEY, ourServiceId TEXT, record BLOB, version INTEGER) STRICT;
CREATE TABLE items (id STRING PRIMARY KEY ASC, json TEXT);
CREATE TABLE reactions (conversationId STRING, emoji STRING, fromId STRING,
    messageReceivedAt INTEGER,
    targetAuthorAci STRING, targetTimestamp INTEGER, unread INTEGER, messageId STRING);
CREATE VIRTUAL TABLE messages_fts USING fts5(body, content = '', tokenize = 'unicode61');
CREATE TRIGGER messages_on_insert AFTER INSERT ON messages
    WHEN new.isViewOnce IS NOT 1 AND new.body IS NOT NULL
    BEGIN INSERT INTO messages_fts (rowid, body) VALUES (new.rowid, new.body); END;
CREATE TRIGGER messages_on_delete AFTER DELETE ON messages BEGIN
    DELETE FROM reactions WHERE messageId = old.id; END;
INSERT INTO conversations SELECT printf('%08x-0000-4000-8000-00000000000a', value),
        '{"id":"' || value || '"}', 1760000000000 + value, 'private', NULL, 'Ana ' || value, NULL,
        '+1555010' || printf('%04d', value) FROM generate_series(1, 50);
INSERT INTO messages (id, json, sent_at, conversationId, received_at, hasAttachments, body, type)
    SELECT printf('m%08x', value), json_object('body', 'Hi', 'isViewOnce',
            CASE value % 50 WHEN 0 THEN 1 END), 1760000000000 + value,
        printf('%08x-0000-4000-8000-00000000000a', value % 50 + 1), value, 0,
        CASE value % 20 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'Hello 👩‍👩‍👧‍👦 ' || value END,
        CASE value % 3 WHEN 0 THEN 'incoming' WHEN 1 THEN 'outgoing' ELSE 'story' END
    FROM generate_series(1, 1500);
INSERT INTO attachment_backup SELECT 'a/b' || value, randomblob(64) FROM generate_series(1, 40);
INSERT INTO sessions SELECT 'u' || value || '.1', 'aci', randomblob(90), 2
    FROM generate_series(1, 60);
INSERT INTO items VALUES ('identityKeyMap', '{}'), ('read-receipt-setting', '{"value":true}');
INSERT INTO reactions SELECT 'c', '❤️', 'f' || value, value, 'aci', 1760000000000 + value,
        value % 2, printf('m%08x', value) FROM generate_series(1, 200);
CREATE INDEX messages_unread ON messages (conversationId, readStatus) WHERE readStatus IS NOT NULL;
CREATE INDEX messages_preview ON messages
    (conversationId, shouldAffectPreview, received_at, sent_at);
CREATE INDEX messages_searchOrder ON messages (received_at, sent_at);
CREATE INDEX expiring_message_by_conversation ON messages (conversationId, expireTimer,
    (json_extract(json, '$.expirationStartTimestamp')));
