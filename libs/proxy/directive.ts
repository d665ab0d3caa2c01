/** One directive of a web server's configuration, its arguments as the server understands them: unquoted, unescaped. */
export type Directive = {
  readonly name: string;
  readonly args: readonly string[];
  /** What stands in its block; null where it has none. */
  readonly children: readonly Directive[] | null;
};
