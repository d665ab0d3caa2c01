/** Runs something synchronous with another umask. It is the whole process's: what libuv's threads make meanwhile gets it too. */
export function withUmask<T>(mask: number, run: () => T): T {
  const before = process.umask(mask);
  try {
    return run();
  } finally {
    process.umask(before);
  }
}
