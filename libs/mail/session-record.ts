/** What was said in an SMTP session: commands and replies, never a secret nor mail data. */

export type TranscriptLine = {
  readonly atMs: number;
  readonly from: 'client' | 'server';
  /** Without its last line end; a reply may have several lines, CRLF between them. */
  readonly text: string;
};

export type SessionRecord = {
  /** Counts the sessions of the process. */
  readonly id: number;
  readonly startedAtMs: number;
  /** null while it lasts. */
  endedAtMs: number | null;
  remoteAddress: string;
  tls: boolean;
  /** The first line that is still kept is the first that was said. */
  complete: boolean;
  readonly lines: readonly TranscriptLine[];
};
