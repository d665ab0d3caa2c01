import type { Address, Summary } from '../state/api-shapes.ts';
import { fullTime, listTime, sizeText } from '../state/mail-time.ts';
import { renderPlace } from '../state/place.ts';
import { extended, toggled } from '../state/selection.ts';
import { calledName, shownName } from '../state/shown-name.ts';
import { useApp, useWords } from './context.ts';
import { Icon } from './icon.tsx';
import { nowMs } from './now.ts';
import { TagChip } from './tag-chip.tsx';

type Props = {
  /** undefined while it is fetched. */
  readonly row: Summary | undefined;
  readonly offset: number;
  /** px from the top of the list. */
  readonly top: number;
  readonly count: number;
  readonly tabbable: boolean;
};

const nameOf = (address: Address | null | undefined) => (address ? calledName(address) : '');

/** One mail in the list. The whole row is a link; the box before it selects. */
export function MailRow({ row, offset, top, count, tabbable }: Props) {
  const app = useApp();
  const words = useWords();
  const place = { transform: `translateY(${top}px)` };
  if (row === undefined) {
    return (
      <li
        class="row gap"
        style={place}
        data-offset={offset}
        aria-setsize={count}
        aria-posinset={offset + 1}
      />
    );
  }
  const subject = shownName(row.Subject) || words.noSubject;
  const recipients = row.To?.length ? row.To : (row.Cc ?? []);
  const selected = app.selection.value.ids.has(row.ID);
  const open = app.place.value.page === 'message' && app.place.value.id === row.ID;
  const href = renderPlace({ ...app.place.value, page: 'message', id: row.ID });

  const select = (event: MouseEvent) => {
    app.selection.value = event.shiftKey
      ? extended(app.selection.value, row.ID, app.list.knownIds())
      : toggled(app.selection.value, row.ID);
  };
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    app.go({ page: 'message', id: row.ID });
  };

  return (
    <li
      class={`row${row.Read ? '' : ' unread'}${selected ? ' selected' : ''}${open ? ' open' : ''}`}
      style={place}
      data-offset={offset}
      data-id={row.ID}
      aria-setsize={count}
      aria-posinset={offset + 1}
    >
      <label class="tick">
        <input
          type="checkbox"
          checked={selected}
          onClick={select}
          tabIndex={-1}
          aria-label={words.select(subject)}
        />
      </label>
      <a
        href={href}
        onClick={follow}
        onPointerEnter={() => app.reader.readAhead(row.ID)}
        tabIndex={tabbable ? 0 : -1}
        aria-current={open ? 'true' : undefined}
      >
        <span class="dot" aria-hidden="true" />
        {!row.Read && <span class="spoken">{words.unread}</span>}
        <span class="from">{nameOf(row.From) || words.noSender}</span>
        <span class="to">
          {nameOf(recipients[0]) || words.noRecipient}
          {recipients.length > 1 && ` +${recipients.length - 1}`}
        </span>
        <time dateTime={row.Created} title={fullTime(row.Created)}>
          {listTime(row.Created, nowMs.value, words.time)}
        </time>
        <span class="subject">{subject}</span>
        <span class="snippet">{row.Snippet}</span>
        <span class="marks">
          {row.Tags.map(tag => (
            <TagChip key={tag} tag={tag} />
          ))}
          {row.Attachments > 0 && (
            <span class="clip" title={words.attachments(row.Attachments)}>
              <Icon name="clip" />
              <span aria-hidden="true">{row.Attachments}</span>
              <span class="spoken">{words.attachments(row.Attachments)}</span>
            </span>
          )}
          <span class="size">{sizeText(row.Size)}</span>
        </span>
      </a>
    </li>
  );
}
