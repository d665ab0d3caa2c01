import type { SessionRecord } from '../../libs/mail/session-record.ts';
import { renderTime } from './render-amount.ts';

/** Whatever a terminal could take for a command. */
const controls = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** A session for people: who and when, then each line with the seconds since it began; `!` stands before a refusal. */
export function renderSession(session: SessionRecord, nowMs: number): string {
  const { id, startedAtMs, endedAtMs, remoteAddress, tls, complete, lines } = session;
  const lasted = renderTime((endedAtMs ?? nowMs) - startedAtMs);
  const facts = [
    `session ${id}`,
    new Date(startedAtMs).toISOString(),
    `from ${remoteAddress}`,
    ...(tls ? ['TLS'] : []),
    endedAtMs === null ? `open for ${lasted}` : `${lasted} long`,
  ];
  const said = lines.flatMap(({ atMs, from, text }) => {
    const seconds = ((atMs - startedAtMs) / 1000).toFixed(3);
    const isRefusal = from === 'server' && /^[45]/.test(text);
    const mark = `${isRefusal ? '!' : ' '} +${seconds}  ${from === 'client' ? 'C:' : 'S:'} `;
    return text.split('\r\n').map(line => `${mark}${line.replace(controls, shown)}`);
  });
  return [facts.join(', '), ...(complete ? [] : ['  …']), ...said].join('\n');
}

function shown(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
