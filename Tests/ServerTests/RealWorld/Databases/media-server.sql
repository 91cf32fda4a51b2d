-- Films and series: Sonarr's tables (quoted names, JSON in TEXT, dates with T and seven digits).
CREATE TABLE "VersionInfo" ("Version" INTEGER NOT NULL, "AppliedOn" DATETIME, "Description" TEXT);
CREATE TABLE "Config" ("Id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "Key" TEXT NOT NULL,
    "Value" TEXT NOT NULL);
CREATE TABLE "Series" ("Id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "TvdbId" INTEGER NOT NULL,
    "Title" TEXT NOT NULL, "TitleSlug" TEXT, "CleanTitle" TEXT NOT NULL, "Status" INTEGER NOT NULL,
    "Overview" TEXT, "Images" TEXT NOT NULL, "Path" TEXT NOT NULL, "Monitored" INTEGER NOT NULL,
    "LastInfoSync" DATETIME, "Runtime" INTEGER NOT NULL, "Added" DATETIME, "Ratings" TEXT,
    "Genres" TEXT, "FirstAired" DATETIME, "Tags" TEXT);
CREATE TABLE "Episodes" ("Id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "SeriesId" INTEGER NOT NULL, "SeasonNumber" INTEGER NOT NULL, "EpisodeNumber" INTEGER NOT NULL,
    "Title" TEXT, "EpisodeFileId" INTEGER, "AbsoluteEpisodeNumber" INTEGER, "Monitored" INTEGER,
    "AirDateUtc" DATETIME, "AirDate" TEXT, "Ratings" TEXT);
CREATE TABLE "History" ("Id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "EpisodeId" INTEGER NOT NULL, "SourceTitle" TEXT NOT NULL, "Date" DATETIME NOT NULL,
    "Quality" TEXT NOT NULL, "Data" TEXT NOT NULL, "EventType" INTEGER, "DownloadId" TEXT);
CREATE TABLE "TypedBaseItems" ("guid" GUID PRIMARY KEY NOT NULL, "type" TEXT NOT NULL, "data" BLOB,
    "ParentId" GUID, "Path" TEXT, "StartDate" DATETIME, "CommunityRating" FLOAT, "IsMovie" BIT,
    "ProductionYear" INT, "RunTimeTicks" BIGINT, "DateCreated" DATETIME, "IsLocked" BIT,
    "PresentationUniqueKey" TEXT, "ExtraIds" TEXT, "Size" BIGINT);
CREATE TABLE "UserDatas" ("key" nvarchar not null, "userId" INT not null, "rating" float null,
    "played" bit not null, "playCount" int not null, "isFavorite" bit not null,
    "playbackPositionTicks" bigint not null, "lastPlayedDate" datetime null,
    UNIQUE ("key", "userId"));
INSERT INTO VersionInfo SELECT value, printf('2022-03-0%dT10:11:12', value % 9 + 1), 'Migration'
    FROM generate_series(1, 180);
INSERT INTO Config ("Key", "Value") VALUES ('rescanafterrefresh', 'Always'), ('downloadid', ''),
    ('cleanuptime', '01/02/2025 03:04:05');
INSERT INTO Series SELECT value, 70000 + value, 'The ' || value || ' & "Co"', 'the-' || value,
        'the' || value, value % 3, 'It’s… ' || char(8234) || 'done',
        '[{"coverType":"banner","url":"/x"}]', '/tv/The ' || value, value % 2,
        printf('2025-06-01T10:%02d:%02d.%07dZ', value / 60, value % 60, value * 10007), 45,
        printf('2020-01-01T00:00:%02dZ', value % 60), '{"votes":0,"value":7.5}', '["Drama"]',
        '2020-01-01T00:00:00Z', '[]' FROM generate_series(1, 90);
INSERT INTO Episodes SELECT value, value % 90 + 1, value % 9, value % 24, 'TBA', 0, NULL, 1,
        printf('2021-02-%02dT02:00:00Z', value % 28 + 1), printf('2021-02-%02d', value % 28 + 1),
        NULL FROM generate_series(1, 1200);
INSERT INTO History SELECT value, value % 1200 + 1, 'The.' || value || '.S01E01.1080p',
        printf('2025-01-01 00:%02d:%02d.%07dZ', value / 60, value % 60, value * 9973),
        '{"quality":{"id":3},"revision":{"version":1}}', '{"size":"1234567890"}', value % 5,
        upper(hex(randomblob(20))) FROM generate_series(1, 500);
INSERT INTO TypedBaseItems SELECT printf('%08x-1111-4222-8333-%012x', value, value),
        'MediaBrowser.Controller.Entities.Movies.Movie', CAST('{"Name":"x"}' AS BLOB),
        NULL, '%MetadataPath%/' || value, CASE value % 4 WHEN 0 THEN '0001-01-01 00:00:00' ELSE
        '2019-05-05 00:00:00' END, value / 13.0, value % 2, 1950 + value % 70,
        72000000000 + value, '2021-01-01 10:11:12.1234567Z', 0, hex(randomblob(16)), '', 0
    FROM generate_series(1, 500);
INSERT INTO UserDatas SELECT 'k' || value, 1, NULL, value % 2, value % 9, 0, value * 600000000,
        CASE value % 2 WHEN 0 THEN '2022-02-02 10:00:00Z' END FROM generate_series(1, 400);
CREATE UNIQUE INDEX "IX_Config_Key" ON "Config" ("Key" ASC);
CREATE UNIQUE INDEX "IX_Series_TvdbId" ON "Series" ("TvdbId" ASC);
CREATE INDEX "IX_Episodes_SeriesId_SeasonNumber" ON "Episodes"
    ("SeriesId" ASC, "EpisodeNumber" DESC);
CREATE UNIQUE INDEX "UC_Version" ON "VersionInfo" ("Version" ASC);
