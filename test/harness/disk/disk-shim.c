/*
 * A layer between a process and its disk, loaded by LD_PRELOAD: makes calls fail or slow, and notes what would survive a
 * power cut. What it does is told by the environment; processes that it starts inherit it.
 *
 *   DISK_ROOT     only files below this folder count
 *   DISK_FAULTS   a file of lines "<write|sync|create> <errno> <part of a path>": such calls fail. It may change at any time.
 *   DISK_TRACE    a file that gets a record of every change and every sync, of all processes in one order
 *   DISK_SYNC_US  microseconds added to every fsync, fdatasync and synced write
 *   DISK_BOOT_ID  a file that is read instead of the machine's boot id
 *
 * A record: kind 1 · error 1 · length of the first text 2 · pid 4 · fd 4 · bytes of data 4 · offset 8 · first text · data.
 * A change is noted after it was made, the start of a sync and a close before: whatever was noted before a sync began was
 * there to be synced.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define MAX_FDS 65536

static const char *root, *faults, *boot_id;
static size_t root_length;
static int trace = -1;
static long sync_us;
/* 1: a file below the root, 2: a folder there, 3: a file whose writes are synced. */
static unsigned char known[MAX_FDS];

#define REAL(name) \
  static __typeof__(name) *real; \
  if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
  root = getenv("DISK_ROOT");
  if (!root) root = "/nonexistent";
  root_length = strlen(root);
  faults = getenv("DISK_FAULTS");
  boot_id = getenv("DISK_BOOT_ID");
  const char *us = getenv("DISK_SYNC_US");
  sync_us = us ? atol(us) : 0;
  const char *path = getenv("DISK_TRACE");
  if (path) {
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    /* Far from the numbers that the process counts on. */
    trace = fcntl(fd, F_DUPFD_CLOEXEC, 5000);
    syscall(SYS_close, fd);
  }
}

static int counts(const char *path) {
  return path && strncmp(path, root, root_length) == 0 && (path[root_length] == 0 || path[root_length] == '/');
}

static void note(char kind, int error, int fd, const char *text, size_t bytes, int64_t offset, const struct iovec *data, int pieces) {
  if (trace < 0) return;
  int saved = errno;
  struct __attribute__((packed)) {
    char kind; uint8_t error; uint16_t text; int32_t pid, fd; uint32_t bytes; int64_t offset;
  } head = {kind, (uint8_t)error, text ? (uint16_t)strlen(text) : 0, getpid(), fd, (uint32_t)bytes, offset};
  struct iovec all[IOV_MAX];
  int n = 0;
  all[n++] = (struct iovec){&head, sizeof head};
  if (text) all[n++] = (struct iovec){(void *)text, head.text};
  for (int i = 0; i < pieces && bytes > 0 && n < IOV_MAX; i++) {
    size_t part = data[i].iov_len < bytes ? data[i].iov_len : bytes;
    all[n++] = (struct iovec){data[i].iov_base, part};
    bytes -= part;
  }
  syscall(SYS_writev, trace, all, n);
  errno = saved;
}

/* Whether the rules say that this call on this path fails; sets errno. */
static int fails(const char *call, const char *path) {
  if (!faults || !counts(path)) return 0;
  int fd = (int)syscall(SYS_openat, AT_FDCWD, faults, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return 0;
  char text[4096];
  ssize_t length = syscall(SYS_read, fd, text, sizeof text - 1);
  syscall(SYS_close, fd);
  if (length <= 0) return 0;
  text[length] = 0;
  char *rest = text;
  for (char *line; (line = strsep(&rest, "\n"));) {
    char what[16], part[PATH_MAX];
    int error;
    if (sscanf(line, "%15s %d %4095s", what, &error, part) != 3) continue;
    if (strcmp(what, call) != 0 || !strstr(path + root_length, part)) continue;
    errno = error;
    return 1;
  }
  return 0;
}

static void wait_for_disk(void) {
  struct timespec time = {sync_us / 1000000, sync_us % 1000000 * 1000};
  if (sync_us > 0) nanosleep(&time, NULL);
}

static const char *path_of(int fd, char *path) {
  char link[32];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
  if (length < 0) return NULL;
  path[length] = 0;
  return path;
}

static int known_at(int fd) {
  return fd >= 0 && fd < MAX_FDS ? known[fd] : 0;
}

static int is_file(int fd) {
  return known_at(fd) & 1;
}

static int opened(int fd, const char *path, int flags) {
  if (fd < 0 || fd >= MAX_FDS) return fd;
  known[fd] = 0;
  if (!counts(path)) return fd;
  struct stat status;
  if (fstat(fd, &status) != 0) return fd;
  known[fd] = S_ISDIR(status.st_mode) ? 2 : !S_ISREG(status.st_mode) ? 0 : flags & O_DSYNC ? 3 : 1;
  if (known[fd]) note('o', 0, fd, path, 0, flags & O_TRUNC ? 1 : 0, NULL, 0);
  return fd;
}

static int open_at(int dir, const char *path, int flags, mode_t mode) {
  if (boot_id && strcmp(path, "/proc/sys/kernel/random/boot_id") == 0) path = boot_id;
  if (flags & O_CREAT && access(path, F_OK) != 0 && fails("create", path)) return -1;
  return opened((int)syscall(SYS_openat, dir, path, flags | O_LARGEFILE, mode), path, flags);
}

#define OPEN(name, ...) \
  mode_t mode = 0; \
  if (flags & O_CREAT) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); } \
  return open_at(__VA_ARGS__, path, flags, mode)

int open(const char *path, int flags, ...) { OPEN(open, AT_FDCWD); }
int open64(const char *path, int flags, ...) { OPEN(open64, AT_FDCWD); }
int openat(int dir, const char *path, int flags, ...) { OPEN(openat, dir); }
int openat64(int dir, const char *path, int flags, ...) { OPEN(openat64, dir); }

int close(int fd) {
  if (known_at(fd)) {
    note('c', 0, fd, NULL, 0, 0, NULL, 0);
    known[fd] = 0;
  }
  return (int)syscall(SYS_close, fd);
}

static int write_fails(int fd) {
  char path[PATH_MAX];
  return faults && is_file(fd) && path_of(fd, path) && fails("write", path);
}

/* Where a write without an offset went. */
static ssize_t wrote(int fd, ssize_t bytes, int64_t offset, const struct iovec *data, int pieces) {
  if (bytes > 0 && is_file(fd)) {
    if (offset < 0) {
      int64_t end = syscall(SYS_lseek, fd, 0, SEEK_CUR);
      /* A socket or an event now: the file was closed behind our back. */
      if (end < bytes) known[fd] = 0;
      if (end < bytes) return bytes;
      offset = end - bytes;
    }
    note('w', 0, fd, NULL, (size_t)bytes, offset, data, pieces);
  }
  if (bytes > 0 && known_at(fd) == 3) {
    char path[PATH_MAX];
    wait_for_disk();
    int failed = path_of(fd, path) && fails("sync", path);
    note('s', failed ? errno : 0, fd, NULL, 0, 0, NULL, 0);
    if (failed) return -1;
    note('S', 0, fd, NULL, 0, 0, NULL, 0);
  }
  return bytes;
}

ssize_t write(int fd, const void *data, size_t bytes) {
  if (write_fails(fd)) return -1;
  struct iovec piece = {(void *)data, bytes};
  return wrote(fd, syscall(SYS_write, fd, data, bytes), -1, &piece, 1);
}

ssize_t writev(int fd, const struct iovec *data, int pieces) {
  if (write_fails(fd)) return -1;
  return wrote(fd, syscall(SYS_writev, fd, data, pieces), -1, data, pieces);
}

ssize_t pwrite64(int fd, const void *data, size_t bytes, off64_t offset) {
  if (write_fails(fd)) return -1;
  struct iovec piece = {(void *)data, bytes};
  return wrote(fd, syscall(SYS_pwrite64, fd, data, bytes, offset), offset, &piece, 1);
}

ssize_t pwrite(int fd, const void *data, size_t bytes, off_t offset) { return pwrite64(fd, data, bytes, offset); }

ssize_t pwritev64(int fd, const struct iovec *data, int pieces, off64_t offset) {
  if (write_fails(fd)) return -1;
  return wrote(fd, syscall(SYS_pwritev, fd, data, pieces, offset, 0), offset, data, pieces);
}

ssize_t pwritev(int fd, const struct iovec *data, int pieces, off_t offset) { return pwritev64(fd, data, pieces, offset); }

int ftruncate64(int fd, off64_t size) {
  if (write_fails(fd)) return -1;
  int result = (int)syscall(SYS_ftruncate, fd, size);
  if (result == 0 && is_file(fd)) note('t', 0, fd, NULL, 0, size, NULL, 0);
  return result;
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int synced(int fd, long call) {
  wait_for_disk();
  if (!known_at(fd)) return (int)syscall(call, fd);
  char path[PATH_MAX];
  if (faults && path_of(fd, path) && fails("sync", path)) {
    note('s', errno, fd, NULL, 0, 0, NULL, 0);
    return -1;
  }
  /* What is noted from here on may come too late for it. */
  note('s', 0, fd, NULL, 0, 0, NULL, 0);
  int result = (int)syscall(call, fd);
  note('S', 0, fd, NULL, 0, 0, NULL, 0);
  return result;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

static int renamed(const char *from, const char *to, int result) {
  if (result == 0 && (counts(from) || counts(to))) {
    struct iovec piece = {(void *)to, strlen(to)};
    note('r', 0, -1, from, piece.iov_len, 0, &piece, 1);
  }
  return result;
}

int rename(const char *from, const char *to) {
  if (fails("create", to)) return -1;
  return renamed(from, to, (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int link(const char *from, const char *to) {
  if (fails("create", to)) return -1;
  int result = (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
  if (result == 0 && counts(to)) {
    struct iovec piece = {(void *)to, strlen(to)};
    note('l', 0, -1, from, piece.iov_len, 0, &piece, 1);
  }
  return result;
}

int unlink(const char *path) {
  int result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  if (result == 0 && counts(path)) note('u', 0, -1, path, 0, 0, NULL, 0);
  return result;
}

int rmdir(const char *path) {
  int result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
  if (result == 0 && counts(path)) note('u', 0, -1, path, 0, 0, NULL, 0);
  return result;
}

int unlinkat(int dir, const char *path, int flags) {
  char whole[2 * PATH_MAX + 1];
  if (dir != AT_FDCWD && path[0] != '/') {
    char folder[PATH_MAX];
    if (path_of(dir, folder)) snprintf(whole, sizeof whole, "%s/%s", folder, path);
    else whole[0] = 0;
  } else snprintf(whole, sizeof whole, "%s", path);
  int result = (int)syscall(SYS_unlinkat, dir, path, flags);
  if (result == 0 && counts(whole)) note('u', 0, -1, whole, 0, 0, NULL, 0);
  return result;
}

int mkdir(const char *path, mode_t mode) {
  if (fails("create", path)) return -1;
  int result = (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
  if (result == 0 && counts(path)) note('m', 0, -1, path, 0, 0, NULL, 0);
  return result;
}
