/*
 * Stands between a program and its disk (LD_PRELOAD): every call that changes a file under one folder is counted, and the
 * chosen one fails, is cut in half, or ends the process by SIGKILL. What the program then finds on the disk is what a
 * real fault of that moment leaves behind.
 *
 *   BURSAR_DISK_UNDER   only files whose path begins with this
 *   BURSAR_DISK_NAME    and whose name is exactly this; without it, all
 *   BURSAR_DISK_CALL    only calls of this kind: write, flush, cut, move, make, remove; without it, all
 *   BURSAR_DISK_AT      the how-manieth of them, from 1; 0 or none: never
 *   BURSAR_DISK_DO      kill: die before it; torn: write half of it, then die;
 *                       full: no space for it and all that need space after it; gone: no space for it alone;
 *                       broken: EIO for it and all after it; locked: as on a file system that is read-only
 *   BURSAR_DISK_COUNT   a file that gets one line a counted call: its kind and the file's name
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static const char *under, *name_wanted, *call_wanted, *what, *count_file;
static long at;
static atomic_long passed;
static int ready;

static void prepare(void) {
  if (ready) return;
  under = getenv("BURSAR_DISK_UNDER");
  name_wanted = getenv("BURSAR_DISK_NAME");
  call_wanted = getenv("BURSAR_DISK_CALL");
  what = getenv("BURSAR_DISK_DO");
  count_file = getenv("BURSAR_DISK_COUNT");
  const char *number = getenv("BURSAR_DISK_AT");
  at = number ? atol(number) : 0;
  ready = 1;
}

static void die(void) { kill(getpid(), SIGKILL); }

static int is(const char *word) { return what && strcmp(what, word) == 0; }

static void count(const char *call, const char *path) {
  if (!count_file) return;
  char line[512];
  const char *slash = strrchr(path, '/');
  int length = snprintf(line, sizeof line, "%s %s\n", call, slash ? slash + 1 : path);
  int file = (int)open(count_file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return;
  REAL(write);
  if (real(file, line, (size_t)length) < 0) length = 0;
  close(file);
}

enum verdict { GO_ON, HALF, FAIL };

/* What becomes of this call on this file. */
static enum verdict judge(const char *call, const char *path) {
  prepare();
  if (!under || !path || strncmp(path, under, strlen(under)) != 0) return GO_ON;
  int needs_space = strcmp(call, "write") == 0 || strcmp(call, "make") == 0;
  if (is("locked")) {
    errno = EROFS;
    return strcmp(call, "flush") == 0 ? GO_ON : FAIL;
  }
  const char *slash = strrchr(path, '/');
  if (name_wanted && strcmp(slash ? slash + 1 : path, name_wanted) != 0) return GO_ON;
  if (call_wanted && strcmp(call, call_wanted) != 0) return GO_ON;
  if ((is("full") || is("gone")) && !needs_space) return GO_ON;
  count(call, path);
  long number = atomic_fetch_add(&passed, 1) + 1;
  if (at == 0 || number < at) return GO_ON;
  if (number == at && is("kill")) die();
  if (number == at && is("torn")) return HALF;
  if (is("full") || (is("gone") && number == at)) {
    errno = ENOSPC;
    return FAIL;
  }
  if (is("broken")) {
    errno = EIO;
    return FAIL;
  }
  return GO_ON;
}

static const char *path_of(int fd, char *into, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, into, size - 1);
  if (length < 0) return NULL;
  into[length] = 0;
  return into;
}

static enum verdict judge_fd(const char *call, int fd) {
  char path[4096];
  prepare();
  if (!under) return GO_ON;
  int before = errno;
  const char *found = path_of(fd, path, sizeof path);
  errno = before;
  return judge(call, found);
}

ssize_t write(int fd, const void *data, size_t size) {
  REAL(write);
  enum verdict verdict = judge_fd("write", fd);
  if (verdict == FAIL) return -1;
  if (verdict == HALF) {
    ssize_t half = real(fd, data, size / 2);
    die();
    return half;
  }
  return real(fd, data, size);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
  REAL(pwrite64);
  enum verdict verdict = judge_fd("write", fd);
  if (verdict == FAIL) return -1;
  if (verdict == HALF) {
    ssize_t half = real(fd, data, size / 2, offset);
    die();
    return half;
  }
  return real(fd, data, size, offset);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) { return pwrite64(fd, data, size, offset); }

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t size, unsigned flags) {
  REAL(copy_file_range);
  enum verdict verdict = judge_fd("write", to);
  if (verdict == FAIL) return -1;
  if (verdict == HALF) {
    ssize_t half = real(from, from_at, to, to_at, size / 2 > 4096 ? 4096 : size / 2, flags);
    die();
    return half;
  }
  return real(from, from_at, to, to_at, size, flags);
}

int fsync(int fd) {
  REAL(fsync);
  return judge_fd("flush", fd) == FAIL ? -1 : real(fd);
}

int fdatasync(int fd) {
  REAL(fdatasync);
  return judge_fd("flush", fd) == FAIL ? -1 : real(fd);
}

int ftruncate64(int fd, off64_t size) {
  REAL(ftruncate64);
  return judge_fd("cut", fd) == FAIL ? -1 : real(fd, size);
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int rename(const char *from, const char *to) {
  REAL(rename);
  return judge("move", to) == FAIL ? -1 : real(from, to);
}

int unlink(const char *path) {
  REAL(unlink);
  return judge("remove", path) == FAIL ? -1 : real(path);
}

int mkdir(const char *path, mode_t mode) {
  REAL(mkdir);
  struct stat there;
  if (stat(path, &there) == 0) return real(path, mode);
  return judge("make", path) == FAIL ? -1 : real(path, mode);
}

/* A file that is not there yet takes space; on a read-only file system none opens for writing. */
static int refused(const char *path, int flags) {
  prepare();
  if (!under) return 0;
  struct stat there;
  int makes = (flags & O_CREAT) && stat(path, &there) != 0;
  int writes = (flags & O_ACCMODE) != O_RDONLY;
  if (makes || (writes && is("locked"))) return judge("make", path) == FAIL;
  return 0;
}

#define OPENED(name, call)                     \
  REAL(name);                                  \
  mode_t mode = 0;                             \
  if (flags & (O_CREAT | O_TMPFILE)) {         \
    va_list more;                              \
    va_start(more, flags);                     \
    mode = va_arg(more, mode_t);               \
    va_end(more);                              \
  }                                            \
  if (refused(path, flags)) return -1;         \
  return call

int open(const char *path, int flags, ...) { OPENED(open, real(path, flags, mode)); }
int open64(const char *path, int flags, ...) { OPENED(open64, real(path, flags, mode)); }
int openat(int folder, const char *path, int flags, ...) { OPENED(openat, real(folder, path, flags, mode)); }
int openat64(int folder, const char *path, int flags, ...) { OPENED(openat64, real(folder, path, flags, mode)); }
