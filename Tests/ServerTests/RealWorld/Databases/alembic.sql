-- A service on SQLAlchemy and Alembic: named constraints, enums as CHECK, PickleType, self joins.
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
CREATE TABLE dag (dag_id VARCHAR(250) NOT NULL, is_paused BOOLEAN, last_parsed TIMESTAMP,
    owners VARCHAR(2000), description TEXT, schedule_interval TEXT, max_active INTEGER NOT NULL,
    PRIMARY KEY (dag_id), CHECK (is_paused IN (0, 1)));
CREATE TABLE dag_run (id INTEGER NOT NULL, dag_id VARCHAR(250) NOT NULL,
    execution_date TIMESTAMP NOT NULL, state VARCHAR(50), run_id VARCHAR(250) NOT NULL, conf BLOB,
    data_interval_start DATETIME, PRIMARY KEY (id),
    CONSTRAINT dag_run_dag_id_execution_date_key UNIQUE (dag_id, execution_date),
    CONSTRAINT dag_run_dag_id_run_id_key UNIQUE (dag_id, run_id),
    FOREIGN KEY(dag_id) REFERENCES dag (dag_id));
CREATE TABLE task_instance (task_id VARCHAR(250) NOT NULL, dag_id VARCHAR(250) NOT NULL,
    run_id VARCHAR(250) NOT NULL, map_index INTEGER DEFAULT '-1' NOT NULL, start_date TIMESTAMP,
    duration FLOAT, state VARCHAR(20), try_number INTEGER, executor_config BLOB,
    CONSTRAINT task_instance_pkey PRIMARY KEY (dag_id, task_id, run_id, map_index),
    CONSTRAINT task_instance_dag_run_fkey FOREIGN KEY(dag_id, run_id)
        REFERENCES dag_run (dag_id, run_id) ON DELETE CASCADE,
    CONSTRAINT state_enum CHECK (state IN ('queued', 'running', 'success', 'failed')));
CREATE TABLE variable (id INTEGER NOT NULL, "key" VARCHAR(250), val TEXT, is_encrypted BOOLEAN,
    PRIMARY KEY (id), UNIQUE ("key"));
CREATE TABLE slot_pool (id INTEGER NOT NULL, pool VARCHAR(256), slots INTEGER,
    include_deferred BOOLEAN NOT NULL, PRIMARY KEY (id), UNIQUE (pool));
INSERT INTO alembic_version VALUES ('686269002441');
INSERT INTO dag SELECT 'dag_' || value, value % 2,
        printf('2025-01-01 00:00:%02d.%06d', value % 60, value * 999), 'airflow', NULL,
        '{"type": "timedelta", "attrs": {"days": 1}}', 16 FROM generate_series(1, 30);
INSERT INTO dag_run SELECT value, 'dag_' || (value % 30 + 1),
        printf('2025-02-%02d %02d:00:00.000000', value / 24 % 28 + 1, value % 24),
        CASE value % 4 WHEN 0 THEN 'failed' ELSE 'success' END, 'scheduled__' || value,
        x'80047d942e', '2025-01-01 00:00:00.000000' FROM generate_series(1, 600);
INSERT INTO task_instance SELECT 'task.' || (value % 3), dag_id, run_id, -1, execution_date,
        id / 7.0, CASE value % 5 WHEN 0 THEN NULL ELSE 'success' END, 1, x'80057d942e'
    FROM dag_run, generate_series(0, 2);
INSERT INTO variable SELECT value, 'key ' || value, 'gAAAAAB' || hex(randomblob(10)), value % 2
    FROM generate_series(1, 50);
INSERT INTO slot_pool VALUES (1, 'default_pool', 128, 0);
CREATE INDEX idx_dag_run_dag_id ON dag_run (dag_id);
CREATE INDEX dag_id_state ON dag_run (dag_id, state);
CREATE INDEX idx_running ON dag_run (state, dag_id) WHERE state = 'running';
