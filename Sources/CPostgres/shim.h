#ifndef CPOSTGRES_SHIM_H
#define CPOSTGRES_SHIM_H

#include <libpq-fe.h>

/* The field codes are character constants, which do not reach Swift. */
static const int cutover_diag_severity = PG_DIAG_SEVERITY_NONLOCALIZED;
static const int cutover_diag_sqlstate = PG_DIAG_SQLSTATE;
static const int cutover_diag_message = PG_DIAG_MESSAGE_PRIMARY;
static const int cutover_diag_detail = PG_DIAG_MESSAGE_DETAIL;
static const int cutover_diag_hint = PG_DIAG_MESSAGE_HINT;
static const int cutover_diag_context = PG_DIAG_CONTEXT;
static const int cutover_diag_schema = PG_DIAG_SCHEMA_NAME;
static const int cutover_diag_table = PG_DIAG_TABLE_NAME;
static const int cutover_diag_column = PG_DIAG_COLUMN_NAME;
static const int cutover_diag_constraint = PG_DIAG_CONSTRAINT_NAME;

#endif
