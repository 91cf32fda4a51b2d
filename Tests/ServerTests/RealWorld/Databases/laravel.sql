-- A shop made with Laravel: tinyint(1), enum checks, soft deletes, serialized PHP, cache, queue.
CREATE TABLE IF NOT EXISTS "migrations" ("id" integer primary key autoincrement not null,
    "migration" varchar not null, "batch" integer not null);
CREATE TABLE IF NOT EXISTS "users" ("id" integer primary key autoincrement not null,
    "name" varchar not null, "email" varchar not null, "email_verified_at" datetime,
    "password" varchar not null, "remember_token" varchar, "is_admin" tinyint(1) not null
    default '0', "created_at" datetime, "updated_at" datetime, "deleted_at" datetime);
CREATE TABLE IF NOT EXISTS "password_reset_tokens" ("email" varchar not null,
    "token" varchar not null, "created_at" datetime, primary key ("email"));
CREATE TABLE IF NOT EXISTS "sessions" ("id" varchar not null, "user_id" integer,
    "ip_address" varchar, "user_agent" text, "payload" text not null,
    "last_activity" integer not null, primary key ("id"));
CREATE TABLE IF NOT EXISTS "cache" ("key" varchar not null, "value" text not null,
    "expiration" integer not null, primary key ("key"));
CREATE TABLE IF NOT EXISTS "jobs" ("id" integer primary key autoincrement not null,
    "queue" varchar not null, "payload" text not null, "attempts" integer not null,
    "reserved_at" integer, "available_at" integer not null, "created_at" integer not null);
CREATE TABLE IF NOT EXISTS "orders" ("id" integer primary key autoincrement not null,
    "uuid" varchar not null, "user_id" integer not null, "status" varchar
    check ("status" in ('draft', 'paid', 'void')) not null default 'draft',
    "total" numeric not null default '0', "tax" float, "placed_on" date, "placed_at" time,
    "options" text, "created_at" datetime default CURRENT_TIMESTAMP,
    foreign key("user_id") references "users"("id") on delete cascade on update no action);
CREATE TABLE "role_user" ("role_id" integer not null, "user_id" integer not null,
    primary key ("user_id", "role_id"), foreign key("user_id") references "users"("id"));
INSERT INTO migrations (migration, batch) SELECT '2024_01_01_' || value || '_create', value / 5
    FROM generate_series(1, 25);
INSERT INTO users SELECT value, 'Name ' || value, 'u' || value || '@example.com',
        CASE value % 2 WHEN 0 THEN '2024-01-01 00:00:00' END, '$2y$12$' || hex(randomblob(9)),
        CASE value % 3 WHEN 0 THEN NULL ELSE hex(randomblob(5)) END, value % 40 = 0,
        '2024-01-01 10:00:00', '2024-02-01 10:00:00',
        CASE value % 10 WHEN 0 THEN '2024-06-01 08:00:00' END FROM generate_series(1, 200);
INSERT INTO sessions SELECT hex(randomblob(20)), CASE value % 2 WHEN 0 THEN value % 200 + 1 END,
        '2001:db8::' || value, 'Mozilla/5.0', 'YTozOntzOjY6Il90b2tlbiI7', 1760000000 + value
    FROM generate_series(1, 150);
INSERT INTO cache SELECT 'laravel_cache_' || value, 'a:1:{s:4:"name";s:5:"Zo' || char(235) ||
        '";}', 2147483648 + value FROM generate_series(1, 80);
INSERT INTO jobs SELECT value, 'default', '{"uuid":"x","job":"Illuminate\\Queue\\Call@run"}', 0,
        NULL, 1760000000, 1760000000 FROM generate_series(1, 40);
INSERT INTO orders SELECT value, printf('%08x-0000-4000-8000-%012x', value, value),
        value % 200 + 1, CASE value % 3 WHEN 0 THEN 'paid' ELSE 'draft' END,
        CASE value % 5 WHEN 0 THEN value ELSE value + 0.5 END, value / 3.0, '2024-05-01',
        '10:20:30', 'a:2:{i:0;s:1:"a";i:1;N;}', '2024-05-01 10:20:30'
    FROM generate_series(1, 600);
INSERT INTO role_user SELECT value % 4, value FROM generate_series(1, 200);
CREATE UNIQUE INDEX "users_email_unique" on "users" ("email");
CREATE INDEX "sessions_last_activity_index" on "sessions" ("last_activity");
