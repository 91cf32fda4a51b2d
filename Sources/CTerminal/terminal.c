#include "terminal.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
/* Presses and releases, as decimal numbers: columns beyond 223 have no other form. */
#define MOUSE_ON "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"
/* mouse off, paste off, attributes off, cursor on, cursor keys normal, main screen */
#define RESTORE MOUSE_OFF PASTE_OFF "\033[0m\033[?25h\033[?1l\033>\033[?1049l"

static int wake_read = -1, wake_write = -1;
static int saved_stderr = -1;
static volatile sig_atomic_t is_active, takes_mouse;
/* Whether a signal asked for the end, and whether nobody has heard it yet. */
static volatile sig_atomic_t is_ending, is_unheard;
static int is_utf8, is_fallback, is_hung_up, catches_stop;
static struct termios saved_modes;
static SCREEN *screen;

static struct sigaction before_fault[NSIG], before_end[NSIG], before_resize, before_stop;
static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGQUIT, SIGSYS};
/* The later ones nobody should send; at their default they would leave the terminal as it is. */
static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGVTALRM, SIGPROF, SIGXCPU};
#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* ---------------------------------------------------------------- signals */

static void send_byte(unsigned char byte) {
    int before = errno;
    if (wake_write >= 0) (void)!write(wake_write, &byte, 1);
    errno = before;
}

void ct_wake(void) { send_byte(0); }

/*
 * A terminal that nobody reads, such as a stalled line, holds the thread that draws in its write:
 * what it does not take is thrown away then, so that the end is heard.
 */
static void drop_output_in(unsigned seconds) {
    is_unheard = 1;
    alarm(seconds);
}

static void on_alarm(int number) {
    (void)number;
    if (!is_unheard) return;
    int before = errno;
    tcflush(STDOUT_FILENO, TCOFLUSH);
    alarm(1); /* a frame is larger than what a terminal takes at once */
    errno = before;
}

static void hear(void) {
    is_unheard = 0;
    alarm(0);
}

static void on_end(int number) {
    is_ending = 1;
    if (is_active) drop_output_in(2);
    send_byte((unsigned char)number);
}

/*
 * ncurses' own handler sets the flag that becomes KEY_RESIZE.  The byte is for the signal that
 * comes between its check and poll, or on another thread.
 */
static void on_resize(int number) {
    if (before_resize.sa_handler != SIG_DFL && before_resize.sa_handler != SIG_IGN)
        before_resize.sa_handler(number);
    send_byte(0);
}

/* What the shell must not get: it would find the clicks among its commands. */
static void release_input(void) {
    (void)!write(STDOUT_FILENO, MOUSE_OFF PASTE_OFF, sizeof MOUSE_OFF PASTE_OFF - 1);
}

static void take_input(void) {
    (void)!write(STDOUT_FILENO, PASTE_ON, sizeof PASTE_ON - 1);
    if (takes_mouse) (void)!write(STDOUT_FILENO, MOUSE_ON, sizeof MOUSE_ON - 1);
}

/*
 * Ctrl-Z, and a SIGTSTP from elsewhere: ncurses' own handler leaves the screen, stops the process,
 * and repaints when it goes on.
 */
static void on_stop(int number) {
    int before = errno;
    if (is_active) release_input();
    before_stop.sa_handler(number);
    if (is_active) take_input();
    send_byte(0);
    errno = before;
}

/* Only functions that POSIX allows in a handler. */
static void on_fault(int number, siginfo_t *info, void *context) {
    (void)context;
    if (is_active) {
        is_active = 0;
        (void)!write(STDOUT_FILENO, RESTORE, sizeof RESTORE - 1);
        tcsetattr(STDIN_FILENO, TCSANOW, &saved_modes);
        if (saved_stderr >= 0) dup2(saved_stderr, STDERR_FILENO);
    }
    if (info->si_code <= 0 && info->si_pid != getpid()) {
        /* Sent by somebody: the backtracer would return to a program whose screen is gone. */
        signal(number, SIG_DFL);
        raise(number);
        return;
    }
    sigaction(number, &before_fault[number], NULL); /* the Swift backtracer, or the default */
    if (info->si_code <= 0) raise(number); /* a fault happens again by itself, abort() does not */
}

void ct_guard(void) {
    static char stack[64 * 1024]; /* a stack overflow leaves no room on the stack itself */
    static int is_installed;
    if (is_installed) return;
    is_installed = 1;
    stack_t now;
    if (sigaltstack(NULL, &now) == 0 && (now.ss_flags & SS_DISABLE)) {
        stack_t own = {.ss_sp = stack, .ss_size = sizeof stack, .ss_flags = 0};
        sigaltstack(&own, NULL);
    }
    for (size_t i = 0; i < COUNT(faults); i++) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        sigemptyset(&action.sa_mask);
        action.sa_sigaction = on_fault;
        action.sa_flags = SA_ONSTACK | SA_SIGINFO;
        sigaction(faults[i], &action, &before_fault[faults[i]]);
    }
}

static void catch_ends(void) {
    sigset_t heard; /* whoever started the process may have left them blocked */
    sigemptyset(&heard);
    sigaddset(&heard, SIGALRM);
    sigaddset(&heard, SIGWINCH);
    for (size_t i = 0; i < COUNT(ends); i++) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        sigemptyset(&action.sa_mask);
        action.sa_handler = on_end;
        action.sa_flags = SA_RESTART;
        sigaction(ends[i], &action, &before_end[ends[i]]);
        sigaddset(&heard, ends[i]);
    }
    pthread_sigmask(SIG_UNBLOCK, &heard, NULL);
    struct sigaction late;
    memset(&late, 0, sizeof late);
    sigemptyset(&late.sa_mask);
    late.sa_handler = on_alarm;
    late.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &late, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static void release_ends(void) {
    for (size_t i = 0; i < COUNT(ends); i++) sigaction(ends[i], &before_end[ends[i]], NULL);
    sigaction(SIGWINCH, &before_resize, NULL);
    if (catches_stop) sigaction(SIGTSTP, &before_stop, NULL);
    catches_stop = 0;
}

static void catch_resize(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = on_resize;
    action.sa_flags = SA_RESTART;
    sigaction(SIGWINCH, &action, &before_resize);
}

static void catch_stop(void) {
    struct sigaction action;
    sigaction(SIGTSTP, NULL, &before_stop);
    /* Where the shell ignores it, it stays ignored. */
    if (before_stop.sa_handler == SIG_DFL || before_stop.sa_handler == SIG_IGN) return;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = on_stop;
    action.sa_flags = SA_RESTART;
    catches_stop = sigaction(SIGTSTP, &action, NULL) == 0;
}

/* ---------------------------------------------------------------- start and stop */

static int make_pipe(void) {
    if (wake_read >= 0) return 0; /* kept for the life of the process: ct_wake may come late */
    int ends_of_pipe[2];
    if (pipe(ends_of_pipe)) return -1;
    for (int i = 0; i < 2; i++) {
        fcntl(ends_of_pipe[i], F_SETFL, O_NONBLOCK);
        fcntl(ends_of_pipe[i], F_SETFD, FD_CLOEXEC);
    }
    wake_read = ends_of_pipe[0];
    wake_write = ends_of_pipe[1];
    return 0;
}

/* LC_CTYPE only: LC_ALL would change how every C library in the process reads numbers. */
static void choose_locale(void) {
    setlocale(LC_CTYPE, "");
    const char *codeset = nl_langinfo(CODESET);
    if (strcmp(codeset, "ANSI_X3.4-1968") == 0 && setlocale(LC_CTYPE, "C.UTF-8"))
        codeset = nl_langinfo(CODESET);
    is_utf8 = strcmp(codeset, "UTF-8") == 0;
}

static void define_keys(void) {
    static const struct {
        const char *sequence;
        int code;
    } keys[] = {
        /* The forms that web terminals and multiplexers send whatever terminfo says. */
        {"\033[A", KEY_UP},        {"\033[B", KEY_DOWN},     {"\033[C", KEY_RIGHT},
        {"\033[D", KEY_LEFT},      {"\033OA", KEY_UP},       {"\033OB", KEY_DOWN},
        {"\033OC", KEY_RIGHT},     {"\033OD", KEY_LEFT},     {"\033[H", KEY_HOME},
        {"\033[F", KEY_END},       {"\033OH", KEY_HOME},     {"\033OF", KEY_END},
        {"\033[1~", KEY_HOME},     {"\033[4~", KEY_END},     {"\033[7~", KEY_HOME},
        {"\033[8~", KEY_END},      {"\033[5~", KEY_PPAGE},   {"\033[6~", KEY_NPAGE},
        {"\033[3~", KEY_DC},       {"\033[Z", KEY_BTAB},     {"\033OM", KEY_ENTER},
        {"\033[200~", KEY_MAX + 1}, {"\033[201~", KEY_MAX + 2},
        {"\033[I", KEY_MAX + 3},   {"\033[O", KEY_MAX + 3},
        {"\033[<", KEY_MAX + 4},   {"\033[M", KEY_MAX + 5},
    };
    for (size_t i = 0; i < COUNT(keys); i++) define_key(keys[i].sequence, keys[i].code);
}

/*
 * ncurses 6.4 makes its output buffer once, as large as the screen is at that moment with a byte a
 * cell: a frame in colour, or one on a screen that has grown, would be several writes.  So the
 * screen begins as one of this size, 60 kB, and becomes what it is before anything is drawn.
 * (lib_set_term.c, `out_limit`)
 */
static void begin_large(void) {
    setenv("LINES", "150", 1);
    setenv("COLUMNS", "400", 1);
}

static void take_size(void) {
    struct winsize size;
    unsetenv("LINES"); /* they would freeze the size */
    unsetenv("COLUMNS");
    if (!screen) return;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || size.ws_row == 0 || size.ws_col == 0)
        resize_term(24, 80);
    else
        resize_term(size.ws_row, size.ws_col);
}

static SCREEN *open_screen(void) {
    SCREEN *opened = newterm(NULL, stdout, stdin); /* initscr would exit the process */
    if (opened) return opened;
    /* A slim system lacks the entries of newer terminals; nearly all of them speak xterm. */
    opened = newterm("xterm-256color", stdout, stdin);
    is_fallback = opened != NULL;
    return opened;
}

static void redirect_stderr(const char *log_path) {
    int log = -1;
    if (log_path) log = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (log < 0) log = open("/dev/null", O_WRONLY);
    if (log < 0) return;
    fflush(stderr);
    saved_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    dup2(log, STDERR_FILENO);
    close(log);
}

static void release_stderr(void) {
    if (saved_stderr < 0) return;
    fflush(stderr);
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    saved_stderr = -1;
}

static int give_up(int answer) {
    if (screen) {
        endwin();
        delscreen(screen);
        screen = NULL;
    }
    release_ends();
    return answer;
}

int ct_start(const char *log_path) {
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) return CT_ERR_NOT_A_TTY;
    const char *term = getenv("TERM");
    if (term && strcmp(term, "dumb") == 0) return CT_ERR_DUMB;
    if (make_pipe() || tcgetattr(STDIN_FILENO, &saved_modes)) return CT_ERR_SYSTEM;
    choose_locale();
    sigaction(SIGWINCH, NULL, &before_resize);
    catch_ends(); /* before newterm, which takes only the signals that are at their default */
    begin_large();
    screen = open_screen();
    take_size();
    if (!screen) return give_up(CT_ERR_UNKNOWN);
    if (!tigetstr("cup")) return give_up(CT_ERR_DUMB);
    catch_resize();
    catch_stop();
    raw();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    if (!getenv("ESCDELAY")) set_escdelay(25);
    curs_set(0);
    if (has_colors()) {
        start_color();
        use_default_colors();
    }
    define_keys();
    /*
     * Until a screen was suspended once, ncurses 6.4 flushes at every cursor move: a write a row.
     * After this a frame is one write.  (lib_mvcur.c, `_endwin == ewInitial`)
     */
    def_prog_mode();
    endwin();
    wrefresh(stdscr);
    takes_mouse = 0;
    take_input();
    redirect_stderr(log_path);
    is_hung_up = 0;
    is_active = 1;
    return CT_OK;
}

void ct_stop(void) {
    if (!screen) return;
    is_active = 0;
    if (is_ending) drop_output_in(2);
    release_input();
    endwin();
    tcsetattr(STDIN_FILENO, is_ending ? TCSANOW : TCSADRAIN, &saved_modes);
    hear();
    release_ends();
    delscreen(screen);
    screen = NULL;
    release_stderr();
}

void ct_suspend(void) {
    raise(SIGTSTP);
    clearok(curscr, TRUE);
}

/* ---------------------------------------------------------------- input */

static int own_key(int code) {
    switch (code) {
    case KEY_UP: return CT_UP;
    case KEY_DOWN: return CT_DOWN;
    case KEY_LEFT: return CT_LEFT;
    case KEY_RIGHT: return CT_RIGHT;
    case KEY_HOME: return CT_HOME;
    case KEY_END: return CT_END;
    case KEY_PPAGE: return CT_PAGE_UP;
    case KEY_NPAGE: return CT_PAGE_DOWN;
    case KEY_ENTER: return CT_ENTER;
    case KEY_BACKSPACE: return CT_BACKSPACE;
    case KEY_DC: return CT_DELETE;
    case KEY_BTAB: return CT_BACK_TAB;
    case KEY_MAX + 1: return CT_PASTE_BEGIN;
    case KEY_MAX + 2: return CT_PASTE_END;
    case KEY_MAX + 3: return CT_FOCUS;
    case KEY_MAX + 4: return CT_MOUSE;
    case KEY_MAX + 5: return CT_MOUSE_OLD;
    default: break;
    }
    if (code >= KEY_F(1) && code <= KEY_F(12)) return CT_F1 + (code - KEY_F(1));
    return 0;
}

static int next_key(ct_event *event) {
    wint_t code;
    int kind = wget_wch(stdscr, &code);
    if (kind == ERR) return 0;
    event->kind = CT_CHAR;
    event->code = (int)code;
    if (kind != KEY_CODE_YES) return 1;
    if (code == KEY_RESIZE) {
        event->kind = CT_RESIZE;
        return 1;
    }
    event->kind = CT_KEY;
    event->code = own_key((int)code);
    if (event->code == 0) event->kind = CT_NONE;
    return 1;
}

/* Empties the pipe; a signal's number wins over plain wakes. */
static ct_event read_wakes(void) {
    ct_event event = {CT_WAKE, 0};
    unsigned char bytes[64];
    ssize_t count;
    while ((count = read(wake_read, bytes, sizeof bytes)) > 0)
        for (ssize_t i = 0; i < count; i++)
            if (bytes[i] != 0) {
                event.kind = CT_SIGNAL;
                event.code = bytes[i];
            }
    return event;
}

ct_event ct_wait(int milliseconds) {
    ct_event event = {CT_NONE, 0};
    if (is_unheard) { /* before the keys, of which there may be no end */
        hear();
        event = read_wakes();
        if (event.kind == CT_SIGNAL) return event;
        event.kind = CT_NONE;
    }
    if (next_key(&event)) return event; /* ncurses may hold bytes that poll cannot see */
    struct pollfd files[2] = {{STDIN_FILENO, POLLIN, 0}, {wake_read, POLLIN, 0}};
    if (is_hung_up) files[0].fd = -1; /* said once; what runs may still finish */
    int ready = poll(files, 2, milliseconds);
    if (ready > 0 && (files[1].revents & POLLIN)) {
        event = read_wakes();
        return event;
    }
    if (ready > 0 && (files[0].revents & (POLLHUP | POLLERR | POLLNVAL))) {
        is_hung_up = 1;
        event.kind = CT_EOF;
        return event;
    }
    int is_readable = ready > 0 && (files[0].revents & POLLIN);
    if (!next_key(&event) && is_readable) {
        /* Readable, and yet nothing: an incomplete sequence, or the end of input. */
        struct pollfd again = {STDIN_FILENO, POLLIN, 0};
        if (poll(&again, 1, 0) > 0 && !next_key(&event)) {
            is_hung_up = 1;
            event.kind = CT_EOF;
        }
    }
    return event;
}

/* ---------------------------------------------------------------- output */

void ct_size(int *height, int *width) { getmaxyx(stdscr, *height, *width); }

int ct_colours(void) { return has_colors() ? COLORS : 0; }

int ct_is_utf8(void) { return is_utf8; }

int ct_is_fallback(void) { return is_fallback; }

int ct_pair(int foreground, int background) {
    if (!has_colors()) return 0; /* alloc_pair would look into a table that is not there */
    int pair = alloc_pair(foreground, background);
    return pair < 0 ? 0 : pair;
}

static attr_t curses_attributes(int attributes) {
    attr_t all = A_NORMAL;
    if (attributes & CT_BOLD) all |= A_BOLD;
    if (attributes & CT_DIM) all |= A_DIM;
    if (attributes & CT_ITALIC) all |= A_ITALIC;
    if (attributes & CT_UNDERLINE) all |= A_UNDERLINE;
    if (attributes & CT_REVERSE) all |= A_REVERSE;
    return all;
}

void ct_put(int row, int column, const char *utf8, int cells, int pair, int attributes) {
    wchar_t wide[1024];
    size_t length = mbstowcs(wide, utf8, COUNT(wide) - 1);
    int width = 0;
    if (length == (size_t)-1) length = 0;
    wide[length] = 0;
    for (size_t i = 0; i < length; i++) {
        int own = wcwidth(wide[i]);
        width = own < 0 ? -1 : width + own;
        if (width < 0) break;
    }
    wattr_set(stdscr, curses_attributes(attributes), 0, &pair);
    if (width == cells) {
        mvwaddnwstr(stdscr, row, column, wide, (int)length);
        return;
    }
    wmove(stdscr, row, column);
    for (int i = 0; i < cells; i++) waddch(stdscr, '?');
}

void ct_raw(const char *text)
{
    fflush(stdout);
    size_t length = strlen(text);
    while (length > 0) {
        ssize_t written = write(STDOUT_FILENO, text, length);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return; /* the terminal is gone: the next wait says so */
        text += written;
        length -= (size_t)written;
    }
}

void ct_set_mouse(int is_on) {
    takes_mouse = is_on != 0;
    ct_raw(is_on ? MOUSE_ON : MOUSE_OFF);
}

void ct_erase(void) { werase(stdscr); }

void ct_present(void) {
    wnoutrefresh(stdscr);
    doupdate();
}

void ct_repaint(void) { clearok(curscr, TRUE); }

int ct_read(int row, int column, ct_cell *cell) {
    static const int known[] = {CT_BOLD, CT_DIM, CT_ITALIC, CT_UNDERLINE, CT_REVERSE};
    cchar_t shown;
    wchar_t wide[CCHARW_MAX + 1] = {0};
    attr_t attributes;
    short unused;
    int pair = 0;
    if (mvwin_wch(curscr, row, column, &shown) == ERR) return 0;
    if (getcchar(&shown, wide, &attributes, &unused, &pair) == ERR) return 0;
    if (wcstombs(cell->utf8, wide, sizeof cell->utf8) == (size_t)-1) cell->utf8[0] = 0;
    cell->utf8[sizeof cell->utf8 - 1] = 0;
    cell->attributes = 0;
    for (size_t i = 0; i < COUNT(known); i++) {
        if (attributes & curses_attributes(known[i])) cell->attributes |= known[i];
    }
    cell->foreground = cell->background = -1;
    if (pair > 0) extended_pair_content(pair, &cell->foreground, &cell->background);
    return 1;
}
