-- A home automation recorder: epoch seconds as REAL, context ids as BLOB, attributes shared.
CREATE TABLE event_types (event_type_id INTEGER NOT NULL, event_type VARCHAR(64),
    PRIMARY KEY (event_type_id));
CREATE TABLE state_attributes (attributes_id INTEGER NOT NULL, hash BIGINT, shared_attrs TEXT,
    PRIMARY KEY (attributes_id));
CREATE TABLE states_meta (metadata_id INTEGER NOT NULL, entity_id VARCHAR(255),
    PRIMARY KEY (metadata_id));
CREATE TABLE states (state_id INTEGER NOT NULL, entity_id CHAR(0), state VARCHAR(255),
    attributes CHAR(0), event_id SMALLINT, last_changed CHAR(0), last_changed_ts FLOAT,
    last_reported_ts FLOAT, last_updated CHAR(0), last_updated_ts FLOAT, old_state_id INTEGER,
    attributes_id INTEGER, context_id CHAR(0), origin_idx SMALLINT, context_id_bin BLOB,
    context_user_id_bin BLOB, metadata_id INTEGER, PRIMARY KEY (state_id),
    FOREIGN KEY(old_state_id) REFERENCES states (state_id),
    FOREIGN KEY(attributes_id) REFERENCES state_attributes (attributes_id),
    FOREIGN KEY(metadata_id) REFERENCES states_meta (metadata_id));
CREATE TABLE statistics_meta (id INTEGER NOT NULL, statistic_id VARCHAR(255), source VARCHAR(32),
    unit_of_measurement VARCHAR(255), has_mean BOOLEAN, has_sum BOOLEAN, name VARCHAR(255),
    PRIMARY KEY (id));
CREATE TABLE statistics (id INTEGER NOT NULL, created DATETIME, created_ts FLOAT,
    metadata_id INTEGER, start DATETIME, start_ts FLOAT, mean FLOAT, min FLOAT, max FLOAT,
    last_reset DATETIME, last_reset_ts FLOAT, state FLOAT, sum FLOAT, PRIMARY KEY (id),
    FOREIGN KEY(metadata_id) REFERENCES statistics_meta (id) ON DELETE CASCADE);
CREATE TABLE recorder_runs (run_id INTEGER NOT NULL, start DATETIME NOT NULL, "end" DATETIME,
    closed_incorrect BOOLEAN NOT NULL, created DATETIME NOT NULL, PRIMARY KEY (run_id));
CREATE TABLE schema_changes (change_id INTEGER NOT NULL, schema_version INTEGER,
    changed DATETIME NOT NULL, PRIMARY KEY (change_id));
INSERT INTO event_types SELECT value, 'event_' || value FROM generate_series(1, 20);
INSERT INTO state_attributes SELECT value, (value * 2654435761) % 4294967296,
        '{"unit_of_measurement":"°C","friendly_name":"Sensor ' || value || '"}'
    FROM generate_series(1, 100);
INSERT INTO states_meta SELECT value, 'sensor.room_' || value FROM generate_series(1, 30);
INSERT INTO states (state_id, state, last_changed_ts, last_updated_ts, old_state_id, attributes_id,
        origin_idx, context_id_bin, metadata_id)
    SELECT value, CASE value % 10 WHEN 0 THEN 'unavailable' WHEN 1 THEN '' WHEN 2 THEN 'off'
            ELSE printf('%.1f', value / 9.0) END,
        CASE value % 3 WHEN 0 THEN NULL ELSE 1760000000 + value * 1.123456 END,
        1760000000.654321 + value * 1.123456, CASE WHEN value > 30 THEN value - 30 END,
        value % 100 + 1, 0, randomblob(16), value % 30 + 1 FROM generate_series(1, 3000);
INSERT INTO statistics_meta SELECT value, 'sensor.room_' || value, 'recorder',
        CASE value % 3 WHEN 0 THEN NULL ELSE 'kWh' END, 1, 0, NULL FROM generate_series(1, 10);
INSERT INTO statistics (id, created_ts, metadata_id, start_ts, mean, min, max, sum)
    SELECT value, 1760000010.5 + value * 3600, value % 10 + 1, 1760000000 + value * 3600,
        CASE value % 8 WHEN 0 THEN 20 ELSE 20 + value / 7.0 END, -0.0, 1e-7 * value,
        CASE value % 2 WHEN 0 THEN NULL ELSE value * 0.1 END FROM generate_series(1, 1500);
INSERT INTO recorder_runs VALUES (1, '2024-01-01 00:00:00.123456', '2024-02-01 00:00:00.000001',
        0, '2024-01-01 00:00:00'), (2, '2024-02-01 00:00:10.5', NULL, 1, '2024-02-01 00:00:11');
INSERT INTO schema_changes SELECT value, value, '2023-07-01 12:00:00.000' || (100 + value)
    FROM generate_series(1, 43);
CREATE UNIQUE INDEX ix_states_meta_entity_id ON states_meta (entity_id);
CREATE INDEX ix_states_metadata_id_last_updated_ts ON states (metadata_id, last_updated_ts);
CREATE INDEX ix_states_context_id_bin ON states (context_id_bin);
CREATE UNIQUE INDEX ix_statistics_statistic_id_start_ts ON statistics (metadata_id, start_ts);
ANALYZE;
