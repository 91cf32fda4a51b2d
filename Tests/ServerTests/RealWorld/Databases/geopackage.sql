-- A GeoPackage: R-tree, triggers that call functions of the GIS, geometry as BLOB, strict dates.
PRAGMA application_id = 1196444487;
PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY,
    organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL,
    definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,
    identifier TEXT UNIQUE, description TEXT DEFAULT '',
    last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
    CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
    geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL,
    m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
    CONSTRAINT uk_gc_table_name UNIQUE (table_name),
    CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name));
CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,
    definition TEXT NOT NULL, scope TEXT NOT NULL,
    CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE gpkg_ogr_contents (table_name TEXT NOT NULL PRIMARY KEY,
    feature_count INTEGER DEFAULT NULL);
CREATE TABLE "Straßen 2024" ("fid" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "geom" LINESTRING,
    "name" TEXT(254), "lanes" MEDIUMINT, "length_m" REAL, "oneway" BOOLEAN, "surveyed" DATE,
    "changed" DATETIME, "Höhe" FLOAT);
CREATE VIRTUAL TABLE "rtree_Straßen 2024_geom" USING rtree(id, minx, maxx, miny, maxy);
CREATE TRIGGER "rtree_Straßen 2024_geom_delete" AFTER DELETE ON "Straßen 2024"
    WHEN old."geom" NOT NULL BEGIN
    DELETE FROM "rtree_Straßen 2024_geom" WHERE id = OLD."fid"; END;
CREATE TRIGGER "rtree_Straßen 2024_geom_insert" AFTER INSERT ON "Straßen 2024"
    WHEN (new."geom" NOT NULL AND NOT ST_IsEmpty(NEW."geom")) BEGIN
    INSERT OR REPLACE INTO "rtree_Straßen 2024_geom" VALUES (NEW."fid", ST_MinX(NEW."geom"),
        ST_MaxX(NEW."geom"), ST_MinY(NEW."geom"), ST_MaxY(NEW."geom")); END;
CREATE TABLE gpkg_tile_matrix (table_name TEXT NOT NULL, zoom_level INTEGER NOT NULL,
    matrix_width INTEGER NOT NULL CHECK (matrix_width > 0), pixel_x_size DOUBLE NOT NULL,
    CONSTRAINT pk_ttm PRIMARY KEY (table_name, zoom_level));
CREATE TABLE "tiles" (id INTEGER PRIMARY KEY AUTOINCREMENT, zoom_level INTEGER NOT NULL,
    tile_column INTEGER NOT NULL, tile_row INTEGER NOT NULL, tile_data BLOB NOT NULL,
    UNIQUE (zoom_level, tile_column, tile_row));
INSERT INTO gpkg_spatial_ref_sys VALUES
    ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined'),
    ('WGS 84 geodetic', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984"]]', NULL);
INSERT INTO gpkg_contents VALUES ('Straßen 2024', 'features', 'Straßen 2024', '',
    '2024-05-06T07:08:09.123Z', -180.0, -90.0, 180, 90, 4326),
    ('tiles', 'tiles', 'tiles', NULL, '2024-05-06T07:08:09.000Z', NULL, NULL, NULL, NULL, 4326);
INSERT INTO gpkg_geometry_columns VALUES ('Straßen 2024', 'geom', 'LINESTRING', 4326, 0, 0);
INSERT INTO gpkg_extensions VALUES ('Straßen 2024', 'geom', 'gpkg_rtree_index',
    'http://www.geopackage.org/spec120/#extension_rtree', 'write-only'),
    (NULL, NULL, 'gpkg_crs_wkt', 'http://www.geopackage.org', 'read-write');
DROP TRIGGER "rtree_Straßen 2024_geom_insert";
INSERT INTO "Straßen 2024" SELECT value, CASE value % 40 WHEN 0 THEN NULL ELSE
        CAST(x'47500001e6100000' || randomblob(40) AS BLOB) END,
        'Weg ' || value, value % 4, value * 12.345,
        value % 2, '2024-01-0' || (value % 9 + 1), '2024-01-01T10:20:30.123Z', value * 0.1
    FROM generate_series(1, 500);
INSERT INTO "rtree_Straßen 2024_geom" SELECT fid, fid, fid + 1, fid, fid + 1
    FROM "Straßen 2024" WHERE geom NOT NULL;
INSERT INTO tiles (zoom_level, tile_column, tile_row, tile_data)
    SELECT 5, value % 20, value / 20,
        CAST(x'89504e47' || randomblob(50) AS BLOB) FROM generate_series(0, 199);
INSERT INTO gpkg_tile_matrix VALUES ('tiles', 5, 32, 4891.96981025128);
CREATE TRIGGER "rtree_Straßen 2024_geom_insert" AFTER INSERT ON "Straßen 2024"
    WHEN (new."geom" NOT NULL AND NOT ST_IsEmpty(NEW."geom")) BEGIN
    INSERT OR REPLACE INTO "rtree_Straßen 2024_geom" VALUES (NEW."fid", ST_MinX(NEW."geom"),
        ST_MaxX(NEW."geom"), ST_MinY(NEW."geom"), ST_MaxY(NEW."geom")); END;
