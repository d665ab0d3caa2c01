import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { PartStructure } from '../state/api-shapes.ts';
import { sizeText } from '../state/mail-time.ts';
import { useApp, useWords } from './context.ts';

type Props = { readonly id: string };

/** A mail's part tree, fetched when a view needs it. */
function useStructure(id: string): PartStructure | null {
  const app = useApp();
  const structure = useSignal<PartStructure | null>(null);
  useEffect(() => {
    structure.value = null;
    void app.act(async () => {
      structure.value = await app.api.structure(id);
    }, '');
  }, [id]);
  return structure.value;
}

type HeaderLine = { readonly Name: string; readonly Value: string };

/** Header lines in the mail's order; a server that does not know it gives them by name. */
function useHeaders(id: string): readonly HeaderLine[] {
  const app = useApp();
  const lines = useSignal<readonly HeaderLine[]>([]);
  useEffect(() => {
    const byName = async () =>
      Object.entries(await app.api.headers(id)).flatMap(([Name, values]) =>
        values.map(Value => ({ Name, Value })),
      );
    void app.act(async () => {
      lines.value = app.api.missing.value.has('structure')
        ? await byName()
        : await app.api.structure(id).then(({ Headers }) => Headers, byName);
    }, '');
  }, [id]);
  return lines.value;
}

/** Every header line of the mail, in its own order or A–Z, with a filter. */
export function HeadersView({ id }: Props) {
  const words = useWords();
  const headers = useHeaders(id);
  const filter = useSignal('');
  const sorted = useSignal(false);
  const wanted = filter.value.toLowerCase();
  const lines = headers.filter(({ Name, Value }) => `${Name}: ${Value}`.toLowerCase().includes(wanted));
  if (sorted.value) lines.sort((a, b) => a.Name.toLowerCase().localeCompare(b.Name.toLowerCase()));
  return (
    <>
      <div class="view-bar">
        <input
          type="search"
          placeholder={words.filterHeaders}
          aria-label={words.filterHeaders}
          onInput={event => {
            filter.value = event.currentTarget.value;
          }}
        />
        <label>
          <input
            type="checkbox"
            checked={sorted.value}
            onChange={() => {
              sorted.value = !sorted.value;
            }}
          />{' '}
          {words.sortHeaders}
        </label>
      </div>
      <dl class="headers">
        {lines.map(({ Name, Value }, i) => (
          <div key={i}>
            <dt>{Name}</dt>
            <dd>{Value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** The mail's parts as a tree, with types and sizes. */
export function PartsView({ id }: Props) {
  const root = useStructure(id);
  return root && <ul class="part-tree">{<PartLine id={id} part={root} />}</ul>;
}

function PartLine({ id, part }: { readonly id: string; readonly part: PartStructure }) {
  const app = useApp();
  const facts = [part.Parameters.charset, part.Encoding, part.Disposition, part.FileName, part.ContentID];
  const isLeaf = part.Parts.length === 0;
  return (
    <li>
      <div class="part">
        <code>{part.PartID}</code>{' '}
        {isLeaf ? (
          <a
            href={app.api.url(`message/${id}/part/${part.PartID}`)}
            target="_blank"
            rel="noopener noreferrer"
          >
            {part.ContentType}
          </a>
        ) : (
          <b>{part.ContentType}</b>
        )}{' '}
        {isLeaf && <span>{sizeText(part.Size)}</span>}{' '}
        <span class="quiet">{facts.filter(fact => fact && fact !== 'none').join(' · ')}</span>
      </div>
      {!isLeaf && (
        <ul>
          {part.Parts.map(child => (
            <PartLine key={child.PartID} id={id} part={child} />
          ))}
        </ul>
      )}
    </li>
  );
}
