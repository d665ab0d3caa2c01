/** Where log lines go: pino's JSON, or the same made readable. */
import { openSync } from 'node:fs';
import { type DestinationStream, destination, type Logger as Pino, pino } from 'pino';
import type { LogFields, Logger } from '../base/log.ts';
import type { LogSpec } from '../spec/tenant-spec.ts';

/** A logger that can be told later how to log; its children follow. */
export interface ConfigurableLogger extends Logger {
  configure(spec: LogSpec): void;
}

/**
 * Logs to standard error, each line at once, so that none is lost when the process dies. `fields` stand in every line,
 * e.g. `{shard: 0}`.
 */
export function openLog(
  spec: LogSpec,
  fields: LogFields,
  output: DestinationStream = destination(2),
): ConfigurableLogger {
  return new Log(new Writer(spec, fields, output), {});
}

/** Lines go to the end of a file, made where it is missing. Throws what the system says. */
export function openLogFile(path: string): DestinationStream {
  return destination(openSync(path, 'a', 0o664));
}

class Writer {
  readonly #fields: LogFields;
  readonly #output: DestinationStream;
  #spec: LogSpec;
  #pino: Pino;

  constructor(spec: LogSpec, fields: LogFields, output: DestinationStream) {
    this.#fields = fields;
    this.#output = output;
    this.#spec = spec;
    this.#pino = this.#open(output);
    this.configure(spec);
  }

  write(level: LogSpec['level'], fields: LogFields, message: string): void {
    this.#pino[level](fields, message);
  }

  configure(spec: LogSpec): void {
    this.#spec = spec;
    if (spec.format === 'json') this.#pino = this.#open(this.#output);
    else this.#makePretty(spec);
  }

  #open(output: DestinationStream): Pino {
    return pino({ level: this.#spec.level, base: { pid: process.pid, ...this.#fields } }, output);
  }

  /** Loaded only where somebody reads it; lines that come before that are JSON. */
  async #makePretty(spec: LogSpec): Promise<void> {
    const { prettyFactory } = await import('pino-pretty');
    if (this.#spec !== spec) return;
    const pretty = prettyFactory({
      ignore: 'pid,hostname',
      translateTime: 'SYS:HH:MM:ss.l',
      singleLine: true,
    });
    this.#pino = this.#open({ write: line => this.#output.write(pretty(JSON.parse(line))) });
  }
}

class Log implements ConfigurableLogger {
  readonly #writer: Writer;
  readonly #fields: LogFields;

  constructor(writer: Writer, fields: LogFields) {
    this.#writer = writer;
    this.#fields = fields;
  }

  error(fields: LogFields, message: string): void {
    this.#writer.write('error', { ...this.#fields, ...fields }, message);
  }

  warn(fields: LogFields, message: string): void {
    this.#writer.write('warn', { ...this.#fields, ...fields }, message);
  }

  info(fields: LogFields, message: string): void {
    this.#writer.write('info', { ...this.#fields, ...fields }, message);
  }

  debug(fields: LogFields, message: string): void {
    this.#writer.write('debug', { ...this.#fields, ...fields }, message);
  }

  child(fields: LogFields): Logger {
    return new Log(this.#writer, { ...this.#fields, ...fields });
  }

  configure(spec: LogSpec): void {
    this.#writer.configure(spec);
  }
}
