/*
 * A library between a program and its disk (LD_PRELOAD). It counts every call that changes a file under one folder, and
 * makes the chosen call fail, write only half, or kill the process with SIGKILL. The program then finds on the disk what
 * a real fault at that moment would leave behind.
 *
 *   BURSAR_DISK_UNDER   only files whose path begins with this
 *   BURSAR_DISK_NAME    only files with exactly this name (default: all)
 *   BURSAR_DISK_CALL    only calls of this kind: write, flush, cut, move, make, remove (default: all)
 *   BURSAR_DISK_AT      the number of the call to hit, from 1; 0 or unset: none
 *   BURSAR_DISK_DO      kill: die before the call; torn: write half of the data, then die;
 *                       full: ENOSPC for this call and all later ones that need space; gone: ENOSPC for this call only;
 *                       broken: EIO for this call and all later ones; locked: a read-only file system
 *   BURSAR_DISK_COUNT   a file that gets one line for every counted call: its kind and the file's name
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

static const char *folder, *wanted_name, *wanted_call, *effect, *count_file;
static long target;
static atomic_long counted;
static int ready;

static void prepare(void) {
  if (ready) return;
  folder = getenv("BURSAR_DISK_UNDER");
  wanted_name = getenv("BURSAR_DISK_NAME");
  wanted_call = getenv("BURSAR_DISK_CALL");
  effect = getenv("BURSAR_DISK_DO");
  count_file = getenv("BURSAR_DISK_COUNT");
  const char *number = getenv("BURSAR_DISK_AT");
  target = number ? atol(number) : 0;
  ready = 1;
}

static void die(void) { kill(getpid(), SIGKILL); }

static int effect_is(const char *name) { return effect && strcmp(effect, name) == 0; }

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

/* Decides whether this call on this file goes on, writes half, or fails. */
static enum verdict judge(const char *call, const char *path) {
  prepare();
  if (!folder || !path || strncmp(path, folder, strlen(folder)) != 0) return GO_ON;
  int needs_space = strcmp(call, "write") == 0 || strcmp(call, "make") == 0;
  if (effect_is("locked")) {
    errno = EROFS;
    return strcmp(call, "flush") == 0 ? GO_ON : FAIL;
  }
  const char *slash = strrchr(path, '/');
  if (wanted_name && strcmp(slash ? slash + 1 : path, wanted_name) != 0) return GO_ON;
  if (wanted_call && strcmp(call, wanted_call) != 0) return GO_ON;
  if ((effect_is("full") || effect_is("gone")) && !needs_space) return GO_ON;
  count(call, path);
  long number = atomic_fetch_add(&counted, 1) + 1;
  if (target == 0 || number < target) return GO_ON;
  if (number == target && effect_is("kill")) die();
  if (number == target && effect_is("torn")) return HALF;
  if (effect_is("full") || (effect_is("gone") && number == target)) {
    errno = ENOSPC;
    return FAIL;
  }
  if (effect_is("broken")) {
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
  if (!folder) return GO_ON;
  int saved = errno;
  const char *found = path_of(fd, path, sizeof path);
  errno = saved;
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

/* Creating a file takes space; on a read-only file system no file opens for writing. */
static int open_fails(const char *path, int flags) {
  prepare();
  if (!folder) return 0;
  struct stat there;
  int makes = (flags & O_CREAT) && stat(path, &there) != 0;
  int writes = (flags & O_ACCMODE) != O_RDONLY;
  if (makes || (writes && effect_is("locked"))) return judge("make", path) == FAIL;
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
  if (open_fails(path, flags)) return -1;      \
  return call

int open(const char *path, int flags, ...) { OPENED(open, real(path, flags, mode)); }
int open64(const char *path, int flags, ...) { OPENED(open64, real(path, flags, mode)); }
int openat(int directory, const char *path, int flags, ...) { OPENED(openat, real(directory, path, flags, mode)); }
int openat64(int directory, const char *path, int flags, ...) { OPENED(openat64, real(directory, path, flags, mode)); }
