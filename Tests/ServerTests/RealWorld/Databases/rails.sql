-- A blog made with Ruby on Rails: datetime(6), booleans as 0 and 1, Active Storage, JSON columns.
CREATE TABLE "schema_migrations" ("version" varchar NOT NULL PRIMARY KEY);
CREATE TABLE "ar_internal_metadata" ("key" varchar NOT NULL PRIMARY KEY, "value" varchar,
    "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);
CREATE TABLE IF NOT EXISTS "users" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
    "email" varchar DEFAULT '' NOT NULL, "encrypted_password" varchar DEFAULT '' NOT NULL,
    "admin" boolean DEFAULT 0, "sign_in_count" integer DEFAULT 0 NOT NULL,
    "locked_at" datetime, "settings" json DEFAULT '{}', "created_at" datetime(6) NOT NULL,
    "updated_at" datetime(6) NOT NULL);
CREATE TABLE IF NOT EXISTS "posts" ("id" integer NOT NULL PRIMARY KEY, "user_id" integer NOT NULL,
    "title" varchar(120) DEFAULT NULL, "body" text, "published" boolean DEFAULT FALSE NOT NULL,
    "score" decimal(8,2) DEFAULT 0.0, "weight" float, "day" date,
    "created_at" datetime(6) DEFAULT CURRENT_TIMESTAMP NOT NULL,
    CONSTRAINT "fk_rails_5b5ddfd518" FOREIGN KEY ("user_id") REFERENCES "users" ("id")
        ON DELETE CASCADE);
CREATE TABLE IF NOT EXISTS "comments" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
    "commentable_type" varchar NOT NULL, "commentable_id" integer NOT NULL, "body" text,
    "created_at" datetime(6) NOT NULL);
CREATE TABLE IF NOT EXISTS "active_storage_blobs" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
    "key" varchar NOT NULL, "filename" varchar NOT NULL, "content_type" varchar, "metadata" text,
    "service_name" varchar NOT NULL, "byte_size" bigint NOT NULL, "checksum" varchar,
    "created_at" datetime(6) NOT NULL);
CREATE TABLE IF NOT EXISTS "active_storage_attachments"
    ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "name" varchar NOT NULL,
    "record_type" varchar NOT NULL, "record_id" bigint NOT NULL, "blob_id" bigint NOT NULL,
    "created_at" datetime(6) NOT NULL, CONSTRAINT "fk_rails_c3b3935057"
    FOREIGN KEY ("blob_id") REFERENCES "active_storage_blobs" ("id"));
INSERT INTO schema_migrations SELECT printf('2024%02d01%06d', value, value * 13)
    FROM generate_series(1, 12);
INSERT INTO ar_internal_metadata VALUES
    ('environment', 'production', '2024-01-01 10:00:00.123456', '2024-01-01 10:00:00.123456');
INSERT INTO users SELECT value, 'u' || value || '@example.org', '$2a$12$' || hex(randomblob(8)),
        value % 50 = 0, value % 7, CASE value % 20 WHEN 0 THEN '2025-01-01 10:00:00' END,
        CASE value % 2 WHEN 0 THEN '{"theme":"dark","n":1.0}' ELSE '{}' END,
        printf('2024-03-01 10:%02d:%02d.%06d', value / 60, value % 60, value * 1117),
        printf('2024-03-02 10:%02d:%02d.%06d', value / 60, value % 60, value * 1117)
    FROM generate_series(1, 250);
INSERT INTO posts SELECT value, value % 250 + 1, CASE value % 6 WHEN 0 THEN NULL
        WHEN 1 THEN '' ELSE 'Title ' || value END,
        '<p>Line' || char(13, 10) || char(9) || 'naïve 🚀 \1 %s</p>', value % 2,
        CASE value % 3 WHEN 0 THEN 5 ELSE value / 4.0 END, value * 1.1,
        date('2024-01-01', (value % 300) || ' days'),
        printf('2024-05-05 05:05:%02d.%06d', value % 60, value) FROM generate_series(1, 700);
INSERT INTO comments (commentable_type, commentable_id, body, created_at)
    SELECT CASE value % 2 WHEN 0 THEN 'Post' ELSE 'User' END, value % 100 + 1, 'Nice ' || value,
        '2024-06-01 00:00:00.000000' FROM generate_series(1, 800);
INSERT INTO active_storage_blobs SELECT value, lower(hex(randomblob(14))), 'photo ' || value ||
        '.jpg', 'image/jpeg', '{"identified":true}', 'local', 5000000000 + value, 'abc==',
        '2024-06-01 00:00:00.5' FROM generate_series(1, 60);
INSERT INTO active_storage_attachments
    SELECT value, 'avatar', 'User', value, value, '2024-06-01 00:00:00.123' FROM
        generate_series(1, 60);
CREATE UNIQUE INDEX "index_users_on_email" ON "users" ("email");
CREATE INDEX "index_posts_on_user_id" ON "posts" ("user_id");
CREATE INDEX "index_comments_on_commentable" ON "comments" ("commentable_type", "commentable_id");
CREATE UNIQUE INDEX "index_active_storage_attachments_uniqueness" ON "active_storage_attachments"
    ("record_type", "record_id", "name", "blob_id");
CREATE INDEX "index_published" ON "posts" ("created_at") WHERE published = 1;
