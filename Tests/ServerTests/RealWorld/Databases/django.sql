-- A site made with Django: auth, content types, admin log, sessions, one application.
CREATE TABLE "django_migrations" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "app" varchar(255) NOT NULL, "name" varchar(255) NOT NULL, "applied" datetime NOT NULL);
CREATE TABLE "django_content_type" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "app_label" varchar(100) NOT NULL, "model" varchar(100) NOT NULL);
CREATE TABLE "auth_permission" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "content_type_id" integer NOT NULL REFERENCES "django_content_type" ("id")
        DEFERRABLE INITIALLY DEFERRED,
    "codename" varchar(100) NOT NULL, "name" varchar(255) NOT NULL);
CREATE TABLE "auth_group" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" varchar(150) NOT NULL UNIQUE);
CREATE TABLE "auth_user" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "password" varchar(128) NOT NULL, "last_login" datetime NULL, "is_superuser" bool NOT NULL,
    "username" varchar(150) NOT NULL UNIQUE, "last_name" varchar(150) NOT NULL,
    "email" varchar(254) NOT NULL, "is_staff" bool NOT NULL, "is_active" bool NOT NULL,
    "date_joined" datetime NOT NULL, "first_name" varchar(150) NOT NULL);
CREATE TABLE "auth_user_groups" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED,
    "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "django_admin_log" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "object_id" text NULL, "object_repr" varchar(200) NOT NULL,
    "action_flag" smallint unsigned NOT NULL CHECK ("action_flag" >= 0),
    "change_message" text NOT NULL,
    "content_type_id" integer NULL REFERENCES "django_content_type" ("id")
        DEFERRABLE INITIALLY DEFERRED,
    "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED,
    "action_time" datetime NOT NULL);
CREATE TABLE "django_session" ("session_key" varchar(40) NOT NULL PRIMARY KEY,
    "session_data" text NOT NULL, "expire_date" datetime NOT NULL);
CREATE TABLE "shop_product" ("id" char(32) NOT NULL PRIMARY KEY, "name" varchar(80) NOT NULL,
    "price" decimal NOT NULL, "rating" real NULL, "stock" integer unsigned NOT NULL
        CHECK ("stock" >= 0),
    "attributes" text NOT NULL CHECK ((JSON_VALID("attributes") OR "attributes" IS NULL)),
    "available_from" date NULL, "opens_at" time NULL, "warranty" bigint NULL,
    "photo" varchar(100) NULL, "raw" BLOB NULL, "slug" varchar(50) NOT NULL,
    "parent_id" char(32) NULL REFERENCES "shop_product" ("id") DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT "price_not_negative" CHECK ("price" >= 0));
CREATE TABLE "shop_product_tags" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "product_id" char(32) NOT NULL REFERENCES "shop_product" ("id") DEFERRABLE INITIALLY DEFERRED,
    "tag" varchar(30) NOT NULL);
INSERT INTO django_migrations (app, name, applied)
    SELECT 'shop', printf('%04d_auto', value),
        printf('2024-%02d-10 08:15:%02d.%06d', value % 12 + 1, value % 60, value * 7919)
    FROM generate_series(1, 40);
INSERT INTO django_content_type (app_label, model)
    SELECT 'shop', 'model' || value FROM generate_series(1, 12);
INSERT INTO auth_permission (content_type_id, codename, name)
    SELECT (value - 1) / 4 + 1, 'can_' || value, 'Can do ' || value FROM generate_series(1, 48);
INSERT INTO auth_group (name) VALUES ('Éditeurs'), ('staff'), ('Staff');
INSERT INTO auth_user SELECT value, 'pbkdf2_sha256$600000$' || value || '$aGFzaA==',
        CASE WHEN value % 3 = 0 THEN NULL
            ELSE printf('2025-01-%02d 10:00:%02d.%06d', value % 28 + 1, value % 60, value) END,
        value = 1, 'user' || value, CASE value % 5 WHEN 0 THEN '' ELSE 'Møller' END,
        CASE value % 7 WHEN 0 THEN '' ELSE 'user' || value || '@example.org' END, value < 5,
        value % 11 <> 0, printf('2023-05-%02d 12:00:00', value % 28 + 1), ''
    FROM generate_series(1, 300);
INSERT INTO auth_user_groups (user_id, group_id)
    SELECT value, value % 3 + 1 FROM generate_series(1, 300);
INSERT INTO django_admin_log (object_id, object_repr, action_flag, change_message,
        content_type_id, user_id, action_time)
    SELECT CAST(value AS TEXT), 'Object (' || value || ')', value % 3 + 1,
        '[{"changed": {"fields": ["Name"]}}]', CASE value % 9 WHEN 0 THEN NULL ELSE 3 END,
        value % 5 + 1, printf('2025-02-03 11:%02d:%02d.123450', value / 60 % 60, value % 60)
    FROM generate_series(1, 500);
INSERT INTO django_session SELECT lower(hex(randomblob(16))), 'eyJfYXV0aCI6' || value || ':1tq:sig',
        printf('2025-03-01 00:%02d:%02d.5', value / 60, value % 60) FROM generate_series(1, 200);
INSERT INTO shop_product SELECT printf('%032x', value), 'Product ' || value,
        CASE value % 4 WHEN 0 THEN value ELSE value + 0.25 END, value / 7.0, value % 90,
        json_object('color', 'red', 'n', value), date('2024-01-01', value || ' days'),
        printf('%02d:30:00', value % 24), value * 1000000, '', zeroblob(value % 5),
        'product-' || value, CASE WHEN value > 1 THEN printf('%032x', value / 2) END
    FROM generate_series(1, 400);
INSERT INTO shop_product_tags (product_id, tag)
    SELECT printf('%032x', value % 400 + 1), 'tag ' || value FROM generate_series(1, 600);
CREATE UNIQUE INDEX "django_content_type_app_label_model_uniq"
    ON "django_content_type" ("app_label", "model");
CREATE UNIQUE INDEX "auth_user_groups_uniq" ON "auth_user_groups" ("user_id", "group_id");
CREATE INDEX "django_session_expire_date" ON "django_session" ("expire_date");
CREATE INDEX "shop_product_slug" ON "shop_product" ("slug");
CREATE UNIQUE INDEX "shop_cheap_name" ON "shop_product" ("name") WHERE "price" < 100;
CREATE INDEX "shop_lower_name" ON "shop_product" (LOWER("name") DESC);
DELETE FROM auth_user WHERE id > 295 AND id NOT IN (SELECT user_id FROM auth_user_groups);
