#ifndef CSQLITE_SHIM_H
#define CSQLITE_SHIM_H

#include <sqlite3.h>

/* Composite macros do not reach Swift; these constants do. */
static const int cutover_sqlite_busy_snapshot = SQLITE_BUSY_SNAPSHOT;
static const int cutover_sqlite_cantopen_isdir = SQLITE_CANTOPEN_ISDIR;

/* SQLITE_TRANSIENT is a cast of -1 to a function pointer, which Swift cannot spell. */
static inline int cutover_sqlite_bind_text(
    sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 length) {
    return sqlite3_bind_text64(
        statement, index, bytes ? (const char *)bytes : "", length, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline int cutover_sqlite_bind_blob(
    sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 length) {
    return length == 0 ? sqlite3_bind_zeroblob(statement, index, 0)
                       : sqlite3_bind_blob64(statement, index, bytes, length, SQLITE_TRANSIENT);
}

/* sqlite3_db_config is variadic, which Swift cannot call. */
static inline int cutover_sqlite_disable_triggers(sqlite3 *connection) {
    int enabled = 1;
    int code = sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, &enabled);
    return code != SQLITE_OK ? code : (enabled ? SQLITE_ERROR : SQLITE_OK);
}

#endif
