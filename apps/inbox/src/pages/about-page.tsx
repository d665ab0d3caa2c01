import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { linkTo, useApp, useWords } from '../parts/context.ts';
import type { Info } from '../state/api-shapes.ts';
import { sizeText } from '../state/mail-time.ts';

/** The server and this inbox in figures. */
export function AboutPage() {
  const app = useApp();
  const { about: words } = useWords();
  const info = useSignal<Info | null>(null);
  const refresh = () =>
    app.act(async () => {
      info.value = await app.api.info();
    }, '');
  useEffect(() => {
    void refresh();
  }, []);
  const known = info.value;
  const stats = known?.RuntimeStats;
  const facts: [string, string][] =
    known && stats
      ? [
          [words.version, known.Version],
          [words.messages, known.Messages.toLocaleString()],
          [words.unread, known.Unread.toLocaleString()],
          [words.database, known.Database],
          [words.size, sizeText(known.DatabaseSize)],
          [words.memory, sizeText(stats.Memory)],
          [words.uptime, duration(stats.Uptime)],
          [words.accepted, `${stats.SMTPAccepted.toLocaleString()}, ${sizeText(stats.SMTPAcceptedSize)}`],
          [words.rejected, stats.SMTPRejected.toLocaleString()],
          [words.ignored, stats.SMTPIgnored.toLocaleString()],
          [words.removed, stats.MessagesDeleted.toLocaleString()],
        ]
      : [];
  return (
    <div class="sheet">
      <h1>{words.title}</h1>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p>
        <button type="button" onClick={refresh}>
          {words.refresh}
        </button>{' '}
        <a {...linkTo(app, { page: 'api' })}>{words.docs}</a>
      </p>
    </div>
  );
}

/** Seconds as people say them. */
function duration(seconds: number): string {
  const [days, hours, minutes] = [seconds / 86_400, (seconds / 3600) % 24, (seconds / 60) % 60].map(
    Math.floor,
  );
  if (days) return `${days} d ${hours} h`;
  return hours ? `${hours} h ${minutes} min` : `${minutes} min ${Math.floor(seconds % 60)} s`;
}
