-- A project tracker in Trac's manner: tables named like SQL words, microseconds, text keys.
CREATE TABLE "system" (name text PRIMARY KEY, value text);
CREATE TABLE "permission" (username text, action text, UNIQUE (username, action));
CREATE TABLE "session" (sid text, authenticated integer, last_visit integer,
    UNIQUE (sid, authenticated));
CREATE TABLE "session_attribute" (sid text, authenticated integer, name text, value text,
    UNIQUE (sid, authenticated, name));
CREATE TABLE "attachment" (type text, id text, filename text, size integer, time integer,
    description text, author text, UNIQUE (type, id, filename));
CREATE TABLE "wiki" (name text, version integer, time integer, author text, text text,
    comment text, readonly integer, UNIQUE (name, version));
CREATE TABLE "ticket" (id integer PRIMARY KEY, type text, time integer, changetime integer,
    component text, severity text, priority text, owner text, reporter text, cc text, version text,
    milestone text, status text, resolution text, summary text, description text, keywords text);
CREATE TABLE "ticket_change" (ticket integer, time integer, author text, field text, oldvalue text,
    newvalue text, UNIQUE (ticket, time, field));
CREATE TABLE "enum" (type text, name text, value text, UNIQUE (type, name));
CREATE TABLE "order" (id integer PRIMARY KEY, "select" text, "table" integer, "user" text);
CREATE TABLE "node_change" (repos integer, rev text, path text, node_type text, change_type text,
    base_path text, base_rev text, UNIQUE (repos, rev, path, change_type));
CREATE TABLE "report" (id integer PRIMARY KEY, author text, title text, query text,
    description text);
INSERT INTO "system" VALUES ('database_version', '45'), ('initial', ''), ('none', NULL);
INSERT INTO permission VALUES ('anonymous', 'WIKI_VIEW'), ('anna', 'TRAC_ADMIN'), (NULL, NULL),
    (NULL, NULL);
INSERT INTO session SELECT hex(randomblob(12)), value % 2, 1700000000 FROM generate_series(1, 90);
INSERT INTO session_attribute SELECT 's' || value, 1, 'email', 'x@example.org'
    FROM generate_series(1, 120);
INSERT INTO attachment SELECT 'ticket', value, 'screen shot ' || value || '.png', 1000,
        1700000000000000 + value, '', 'anna' FROM generate_series(1, 70);
INSERT INTO wiki SELECT 'Page' || (value / 3), value % 3 + 1, 1600000000000000 + value, 'anna',
        '= Title =' || char(13, 10) || 'Body with `code` and {{{' || char(10) || '\}}}', '', NULL
    FROM generate_series(0, 400);
INSERT INTO ticket SELECT value, 'defect', 1600000000000000 + value, 1600000000000001 + value,
        NULL, '',
        'major', 'anna', 'bob', NULL, '', '', 'new', NULL, '"It''s" 100% ' || value, '', ''
    FROM generate_series(1, 500);
INSERT INTO ticket_change SELECT value % 500, 1600000000000000 + value, 'bob', 'comment', value, 'x'
    FROM generate_series(1, 1200);
INSERT INTO enum SELECT 'priority', 'p' || value, value FROM generate_series(1, 12);
INSERT INTO "order" SELECT value, 'x', value, 'me' FROM generate_series(1, 10);
INSERT INTO node_change SELECT 1, value, '/trunk/' || value, 'F', 'A', NULL, NULL
    FROM generate_series(1, 300);
INSERT INTO report SELECT value, NULL, 'Active', 'SELECT * FROM ticket WHERE x = ''$USER''', ''
    FROM generate_series(1, 8);
CREATE INDEX ticket_change_ticket_idx ON "ticket_change" (ticket);
CREATE INDEX ticket_time_idx ON "ticket" (time);
CREATE INDEX node_change_rev ON "node_change" (repos, rev);
