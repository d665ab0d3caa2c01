/** What the exit status says; scripts rely on it. `sendmail` has codes of its own, the ones of the programs it replaces. */
export const exitCode = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  exists: 5,
  badFile: 6,
  limit: 7,
  rolledBack: 8,
  noController: 9,
  differs: 10,
} as const;

export type ExitCode = number;
