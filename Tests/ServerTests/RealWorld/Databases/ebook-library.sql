-- E-books as Calibre keeps them: triggers that call the program's own functions, NOCASE, views
-- with the program's aggregates, and a collation of its own that no other program has.
CREATE TABLE books (id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL DEFAULT 'Unknown' COLLATE NOCASE, sort TEXT COLLATE NOCASE,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP, pubdate TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    series_index REAL NOT NULL DEFAULT 1.0, author_sort TEXT COLLATE NOCASE,
    isbn TEXT DEFAULT "" COLLATE NOCASE, path TEXT NOT NULL DEFAULT "",
    flags INTEGER NOT NULL DEFAULT 1,
    uuid TEXT, has_cover BOOL DEFAULT 0,
    last_modified TIMESTAMP NOT NULL DEFAULT "2000-01-01 00:00:00+00:00");
CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE,
    sort TEXT COLLATE NOCASE, link TEXT NOT NULL DEFAULT "", UNIQUE(name));
CREATE TABLE books_authors_link (id INTEGER PRIMARY KEY, book INTEGER NOT NULL,
    author INTEGER NOT NULL, UNIQUE(book, author));
CREATE TABLE data (id INTEGER PRIMARY KEY, book INTEGER NOT NULL,
    format TEXT NOT NULL COLLATE NOCASE, uncompressed_size INTEGER NOT NULL, name TEXT NOT NULL,
    UNIQUE(book, format));
CREATE TABLE comments (id INTEGER PRIMARY KEY, book INTEGER NOT NULL,
    text TEXT NOT NULL COLLATE NOCASE, UNIQUE(book));
CREATE TABLE preferences (id INTEGER PRIMARY KEY, key TEXT NOT NULL,
    val TEXT NOT NULL, UNIQUE(key));
CREATE TABLE custom_column_1 (id INTEGER PRIMARY KEY AUTOINCREMENT, book INTEGER,
    value timestamp NOT NULL, UNIQUE(book));
CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE, UNIQUE (name));
INSERT INTO authors SELECT value, 'Author ' || value || ' Ünal', 'Ünal, Author ' || value, ''
    FROM generate_series(1, 80);
INSERT INTO books (id, title, sort, timestamp, pubdate, series_index, author_sort, path, uuid)
    SELECT value, 'The Book of ' || value, 'Book of ' || value || ', The',
        printf('2022-03-04 05:06:%02d.%06d+00:00', value % 60, value * 11),
        CASE value % 3 WHEN 0 THEN '0101-01-01 00:00:00+00:00' ELSE '1999-12-31 23:00:00+00:00' END,
        CASE value % 2 WHEN 0 THEN 1.0 ELSE 2.5 END, 'Ünal', 'Author/The Book (' || value || ')',
        printf('%08x-aaaa-4bbb-8ccc-%012x', value, value) FROM generate_series(1, 300);
INSERT INTO books_authors_link (book, author) SELECT value, value % 80 + 1
    FROM generate_series(1, 300);
INSERT INTO data (book, format, uncompressed_size, name) SELECT value, 'EPUB', value * 100003,
        'The Book - Author' FROM generate_series(1, 300);
INSERT INTO comments (book, text) SELECT value, '<div><p>It''s</p></div>'
    FROM generate_series(1, 200);
INSERT INTO preferences (key, val) VALUES ('bools_are_tristate', 'true'), ('x', '{"a": null}');
INSERT INTO custom_column_1 (book, value) SELECT value, '2020-01-01 00:00:00+00:00'
    FROM generate_series(1, 50);
INSERT INTO tags (name) VALUES ('Fiction'), ('science fiction'), ('Größe');
CREATE INDEX authors_idx ON books (author_sort COLLATE NOCASE);
CREATE INDEX titles_idx ON tags (name COLLATE NOCASE);
CREATE TRIGGER books_insert_trg AFTER INSERT ON books BEGIN
    UPDATE books SET sort = title_sort(NEW.title), uuid = uuid4() WHERE id = NEW.id; END;
CREATE TRIGGER fkc_insert BEFORE INSERT ON data BEGIN
    SELECT CASE WHEN (SELECT id FROM books WHERE id = NEW.book) IS NULL
        THEN RAISE(ABORT, 'Foreign key violation: book not in books') END; END;
CREATE VIEW meta AS SELECT id, title, (SELECT sortconcat(bal.id, name) FROM authors
    JOIN books_authors_link AS bal ON bal.author = authors.id WHERE book = books.id) authors
    FROM books;
-- The program registers this collation when it opens the file.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'name COLLATE NOCASE)', 'name COLLATE PYNOCASE)')
    WHERE name = 'titles_idx';
