-- An application on Prisma: text ids, DATETIME columns that hold milliseconds since 1970.
CREATE TABLE "_prisma_migrations" ("id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL,
    "finished_at" DATETIME, "migration_name" TEXT NOT NULL, "logs" TEXT, "rolled_back_at" DATETIME,
    "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0);
CREATE TABLE "User" ("id" TEXT NOT NULL PRIMARY KEY, "email" TEXT NOT NULL, "name" TEXT,
    "role" TEXT NOT NULL DEFAULT 'USER', "emailVerified" DATETIME,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" DATETIME NOT NULL);
CREATE TABLE "Account" ("userId" TEXT NOT NULL, "provider" TEXT NOT NULL,
    "providerAccountId" TEXT NOT NULL, "refresh_token" TEXT, "expires_at" INTEGER,
    PRIMARY KEY ("provider", "providerAccountId"), CONSTRAINT "Account_userId_fkey"
    FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE "Order" ("id" TEXT NOT NULL PRIMARY KEY, "userId" TEXT NOT NULL,
    "total" DECIMAL NOT NULL, "paid" BOOLEAN NOT NULL DEFAULT false, "weight" REAL,
    "bigNumber" BIGINT, "payload" BLOB, "meta" JSONB, "createdAt" DATETIME NOT NULL,
    CONSTRAINT "Order_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id")
    ON DELETE RESTRICT ON UPDATE CASCADE);
CREATE TABLE "_CategoryToOrder" ("A" TEXT NOT NULL, "B" TEXT NOT NULL,
    FOREIGN KEY ("B") REFERENCES "Order" ("id") ON DELETE CASCADE ON UPDATE CASCADE);
INSERT INTO _prisma_migrations SELECT printf('0a2d%04d-1b2c-4d3e-8f4a-5b6c7d8e9f0a', value),
        lower(hex(randomblob(32))), 1700000000123 + value * 1000,
        '20240101' || value || '_init', NULL, NULL, 1700000000000 + value * 1000, 1
    FROM generate_series(1, 15);
INSERT INTO User SELECT 'clx' || printf('%022d', value), 'u' || value || '@example.org',
        CASE value % 4 WHEN 0 THEN NULL ELSE 'Zoë ' || value END, 'USER',
        CASE value % 3 WHEN 0 THEN 1706000000000 + value END, 1705000000000 + value * 60000,
        1705500000001 + value * 60000 FROM generate_series(1, 300);
INSERT INTO Account SELECT 'clx' || printf('%022d', value), 'github', CAST(1000 + value AS TEXT),
        'ghr_' || value, 1760000000 + value FROM generate_series(1, 300);
INSERT INTO "Order" SELECT 'ord' || value, 'clx' || printf('%022d', value % 300 + 1),
        CASE value % 3 WHEN 0 THEN value ELSE value + 0.99 END, value % 2, value * 0.1,
        9007199254740993 + value, CASE value % 5 WHEN 0 THEN x'' ELSE x'00ff' END,
        '{"v":' || value || '}', 1710000000000 + value * 3600000 FROM generate_series(1, 500);
INSERT INTO _CategoryToOrder SELECT 'cat' || (value % 9), 'ord' || value FROM
    generate_series(1, 500);
CREATE UNIQUE INDEX "User_email_key" ON "User" ("email");
CREATE UNIQUE INDEX "_CategoryToOrder_AB_unique" ON "_CategoryToOrder" ("A", "B");
CREATE INDEX "_CategoryToOrder_B_index" ON "_CategoryToOrder" ("B");
