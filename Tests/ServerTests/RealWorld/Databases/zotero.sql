-- References as Zotero keeps them: entity-attribute-value, triggers with RAISE, dates in two
-- parts ("2019-00-00 2019"), composite keys, values of any class in one column.
CREATE TABLE version (schema TEXT PRIMARY KEY, version INT NOT NULL);
CREATE TABLE libraries (libraryID INTEGER PRIMARY KEY, type TEXT NOT NULL, editable INT NOT NULL,
    version INT NOT NULL DEFAULT 0, lastSync INT NOT NULL DEFAULT 0);
CREATE TABLE itemTypes (itemTypeID INTEGER PRIMARY KEY, typeName TEXT, templateItemTypeID INT,
    display INT DEFAULT 1);
CREATE TABLE fields (fieldID INTEGER PRIMARY KEY, fieldName TEXT, fieldFormatID INT);
CREATE TABLE items (itemID INTEGER PRIMARY KEY, itemTypeID INT NOT NULL,
    dateAdded TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    dateModified TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    libraryID INT NOT NULL, key TEXT NOT NULL, version INT NOT NULL DEFAULT 0,
    synced INT NOT NULL DEFAULT 0, UNIQUE (libraryID, key),
    FOREIGN KEY (libraryID) REFERENCES libraries(libraryID) ON DELETE CASCADE);
CREATE TABLE itemDataValues (valueID INTEGER PRIMARY KEY, value UNIQUE);
CREATE TABLE itemData (itemID INT, fieldID INT, valueID, PRIMARY KEY (itemID, fieldID),
    FOREIGN KEY (itemID) REFERENCES items(itemID) ON DELETE CASCADE,
    FOREIGN KEY (fieldID) REFERENCES fields(fieldID),
    FOREIGN KEY (valueID) REFERENCES itemDataValues(valueID));
CREATE TABLE creators (creatorID INTEGER PRIMARY KEY, firstName TEXT, lastName TEXT, fieldMode INT,
    UNIQUE (lastName, firstName, fieldMode));
CREATE TABLE itemCreators (itemID INT NOT NULL, creatorID INT NOT NULL, orderIndex INT NOT NULL,
    PRIMARY KEY (itemID, creatorID, orderIndex), UNIQUE (itemID, orderIndex),
    FOREIGN KEY (itemID) REFERENCES items(itemID) ON DELETE CASCADE,
    FOREIGN KEY (creatorID) REFERENCES creators(creatorID) ON DELETE CASCADE);
CREATE TABLE itemNotes (itemID INTEGER PRIMARY KEY, parentItemID INT, note TEXT, title TEXT,
    FOREIGN KEY (itemID) REFERENCES items(itemID) ON DELETE CASCADE,
    FOREIGN KEY (parentItemID) REFERENCES items(itemID) ON DELETE CASCADE);
CREATE TABLE collections (collectionID INTEGER PRIMARY KEY, collectionName TEXT NOT NULL,
    parentCollectionID INT DEFAULT NULL, clientDateModified TIMESTAMP NOT NULL
    DEFAULT CURRENT_TIMESTAMP, key TEXT NOT NULL,
    FOREIGN KEY (parentCollectionID) REFERENCES collections(collectionID) ON DELETE CASCADE);
CREATE TABLE settings (setting TEXT, key TEXT, value, PRIMARY KEY (setting, key));
CREATE TABLE dbDebug1 (a INTEGER PRIMARY KEY);
INSERT INTO version VALUES ('userdata', 123), ('system', 32), ('compatibility', 7);
INSERT INTO libraries VALUES (1, 'user', 1, 900, 1700000000), (2, 'feed', 0, 0, 0);
INSERT INTO itemTypes SELECT value, 'type' || value, NULL, 1 FROM generate_series(1, 38);
INSERT INTO fields SELECT value, 'field' || value, NULL FROM generate_series(1, 60);
INSERT INTO items SELECT value, value % 38 + 1, '2021-02-03 04:05:06', '2022-02-03 04:05:06', 1,
        substr(hex(randomblob(6)), 1, 6) || printf('%04d', value), value, 1
    FROM generate_series(1, 600);
INSERT INTO itemDataValues SELECT value, CASE value % 4 WHEN 0 THEN printf('%04d-00-00 %d', value,
        value) WHEN 1 THEN 'Über ' || value ELSE 'https://doi.org/10.1000/' || value END
    FROM generate_series(1, 900);
INSERT INTO itemData SELECT value % 600 + 1, value / 600 + 1, value % 900 + 1
    FROM generate_series(0, 1799);
INSERT INTO creators SELECT value, 'First' || value, 'Łast', 0 FROM generate_series(1, 200);
INSERT INTO itemCreators SELECT value, value % 200 + 1, 0 FROM generate_series(1, 600);
INSERT INTO itemNotes SELECT value, CASE value % 2 WHEN 0 THEN value - 1 END,
        '<div class="zotero-note znv1"><p>x</p></div>', 'x' FROM generate_series(2, 200);
INSERT INTO collections SELECT value, 'C' || value, CASE WHEN value > 1 THEN value / 2 END,
        '2021-02-03 04:05:06', hex(randomblob(4)) FROM generate_series(1, 30);
INSERT INTO settings VALUES ('account', 'userID', '123456'), ('account', 'username', 'anna'),
    ('globalSchema', 'data', x'1f8b08'), ('client', 'lastVersion', '7.0');
CREATE INDEX itemData_fieldID ON itemData(fieldID);
CREATE INDEX items_synced ON items(synced);
CREATE TRIGGER fki_collections_parentCollectionID BEFORE INSERT ON collections FOR EACH ROW
    WHEN NEW.parentCollectionID IS NOT NULL BEGIN
    SELECT RAISE(ABORT, 'insert on table "collections" violates foreign key') WHERE
        (SELECT COUNT(*) FROM collections WHERE collectionID = NEW.parentCollectionID) = 0; END;
CREATE TRIGGER insert_creators BEFORE INSERT ON creators FOR EACH ROW
    WHEN NEW.firstName = '' AND NEW.lastName = '' BEGIN
    SELECT RAISE(ABORT, 'Creator names cannot be empty'); END;
