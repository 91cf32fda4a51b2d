#ifndef CTERMINAL_H
#define CTERMINAL_H

/*
 * The terminal, as Swift sees it: integers, strings and one struct.
 *
 * Swift 6 rejects curses' globals and does not import its macros, so no curses type appears here
 * and terminal.c is the only file that includes curses.  Every function but ct_wake belongs to the
 * one thread that called ct_start.
 */

typedef enum {
    CT_NONE = 0, /* nothing within the time, or a signal that needs no answer */
    CT_CHAR,     /* code = Unicode code point; control keys arrive as 1...31 */
    CT_KEY,      /* code = one of ct_key */
    CT_RESIZE,   /* ask ct_size */
    CT_WAKE,     /* another thread called ct_wake */
    CT_SIGNAL,   /* code = SIGINT, SIGTERM or SIGHUP */
    CT_EOF       /* the terminal is gone */
} ct_kind;

typedef enum {
    CT_UP = 1,
    CT_DOWN,
    CT_LEFT,
    CT_RIGHT,
    CT_HOME,
    CT_END,
    CT_PAGE_UP,
    CT_PAGE_DOWN,
    CT_ENTER,
    CT_BACKSPACE,
    CT_DELETE,
    CT_BACK_TAB,
    CT_PASTE_BEGIN,
    CT_PASTE_END,
    CT_FOCUS,
    CT_MOUSE,     /* characters follow: what, column and row, as "0;10;5M" */
    CT_MOUSE_OLD, /* three characters follow: 32 more than what, column and row */
    CT_F1 = 64 /* CT_F1 + n is function key n + 1, up to 12 */
} ct_key;

typedef struct {
    int kind;
    int code;
} ct_event;

/* What ct_start answers. */
enum {
    CT_OK = 0,
    CT_ERR_SYSTEM = -1,   /* errno tells */
    CT_ERR_UNKNOWN = -2,  /* no terminfo entry, not even for xterm-256color */
    CT_ERR_DUMB = -3,     /* the terminal cannot place its cursor */
    CT_ERR_NOT_A_TTY = -4 /* standard input or output is not a terminal */
};

enum { CT_BOLD = 1, CT_DIM = 2, CT_ITALIC = 4, CT_UNDERLINE = 8, CT_REVERSE = 16 };

/* Takes the terminal.  While it is up, standard error goes to log_path (or to /dev/null). */
int ct_start(const char *log_path);
/* Gives the terminal back; calling it twice is harmless. */
void ct_stop(void);
/* Ctrl-Z: gives the terminal back, stops the process, and takes it again after `fg`. */
void ct_suspend(void);
/* Waits for something; -1 waits until it happens.  Queued keys come first. */
ct_event ct_wait(int milliseconds);
/* Ends the wait; any thread may call it, at any time. */
void ct_wake(void);

void ct_size(int *height, int *width);
/* The number of colours: 0 for none, else 8, 16, 256 or more. */
int ct_colours(void);
int ct_is_utf8(void);
/* Whether TERM was unknown here and xterm-256color stands in for it. */
int ct_is_fallback(void);

/* The pair for two palette colours, -1 being the terminal's own; 0 when there is none left. */
int ct_pair(int foreground, int background);
/* Puts text that fills exactly `cells` cells; what libc measures differently becomes '?'. */
void ct_put(int row, int column, const char *utf8, int cells, int pair, int attributes);
/* Sends characters as they are, between two frames. */
void ct_raw(const char *text);
void ct_erase(void);
/* Sends what changed, in one write. */
void ct_present(void);
/*
 * Takes the mouse from the terminal, or gives it back.  The events are not given to curses, which
 * would wait to see whether a click becomes a second one.
 */
void ct_set_mouse(int is_on);
/* Makes the next ct_present send everything. */
void ct_repaint(void);

/* A cell as curses believes that the terminal shows it. */
typedef struct {
    char utf8[64];  /* what stands in it, both in the first and in the second cell of a wide sign */
    int attributes; /* CT_BOLD and so on */
    int foreground, background; /* palette colours, -1 being the terminal's own */
} ct_cell;

/* Reads a cell back; 0 when there is none. */
int ct_read(int row, int column, ct_cell *cell);

/* Restores the terminal when the process dies of a fault; the earlier handler runs afterwards. */
void ct_guard(void);

#endif
