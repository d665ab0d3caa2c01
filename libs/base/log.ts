/** Facts of a log line. Never a password, a token, an AUTH payload or mail text. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * What every room logs through; it arrives as an argument. `message` is a constant text, facts are fields.
 * error: someone must act · warn: degraded, mends itself · info: life cycle only, never per mail · debug: everything else.
 */
export interface Logger {
  error(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  debug(fields: LogFields, message: string): void;
  /** A logger that adds these fields to each of its lines, e.g. `{tenant: 'project-a'}`. */
  child(fields: LogFields): Logger;
}

/** Drops everything: for tests and for tools that report in another way. */
export const silentLogger: Logger = {
  error() {},
  warn() {},
  info() {},
  debug() {},
  child: () => silentLogger,
};
