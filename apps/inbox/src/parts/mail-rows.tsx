import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Summary } from '../state/api-shapes.ts';
import { useApp, useWords } from './context.ts';
import { focusRow } from './focus-row.ts';
import { MailRow } from './mail-row.tsx';

/** Rows drawn beyond the edges, so that a quick scroll meets no gap; not at first, when only what is seen counts. */
const overscanRows = 8;

/** As the style sheet has it: measuring before anything is drawn would lay the page out twice. */
const isTouch = matchMedia('(pointer: coarse), (max-width: 700px)');

type DrawnRow = {
  readonly row: Summary | undefined;
  readonly signature: string;
  readonly element: JSX.Element;
};

/**
 * The list: any number of rows, of which only those in view are in the page. Rows have one height, which the style sheet
 * gives as `--row`; they are placed by transform, so that nothing that arrives is a layout shift.
 */
export function MailRows() {
  const app = useApp();
  const words = useWords();
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = useSignal(isTouch.matches ? 76 : 60);
  const top = useSignal(0);
  /** Before it is measured, near enough that the first drawing is the last. */
  const height = useSignal(innerHeight);
  const overscan = useSignal(0);
  const isPointed = useSignal(false);
  /** The row that the keyboard is on: the list is one Tab stop. */
  const current = useSignal(app.place.value.start);
  /** The mail that the keyboard was on when the page, or this list, was left; empty once it is there again. */
  const restoring = useRef(app.list.current.value);
  /** The row that the keyboard went to and that is not known yet; -1: none. */
  const awaited = useRef(-1);

  const first = useComputed(() => Math.max(0, Math.floor(top.value / rowHeight.value)));
  const last = useComputed(() =>
    Math.min(app.list.length.value, Math.ceil((top.value + height.value) / rowHeight.value)),
  );

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const measure = () => {
      rowHeight.value = Number.parseFloat(getComputedStyle(element).getPropertyValue('--row')) || 60;
      height.value = element.clientHeight;
    };
    // Tells the size at once, when the page is laid out anyway.
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    const timer = setTimeout(() => {
      overscan.value = overscanRows;
    }, 100);
    return () => {
      observer.disconnect();
      clearTimeout(timer);
    };
  }, []);

  // The place that the address names, as soon as the list is long enough to have it.
  const { start } = app.place.value;
  const written = useRef(-1);
  useEffect(() => {
    const element = scroller.current;
    const own = start === written.current;
    written.current = -1;
    if (element === null || own) return;
    if (first.value !== start) element.scrollTop = start * rowHeight.value;
  }, [start, app.list.loaded.value]);

  /** Whoever steps from message to message sees in the list where that leads. */
  const reveal = (offset: number) => {
    const element = scroller.current;
    const rowTop = offset * rowHeight.value;
    if (element === null || offset < 0) return;
    if (rowTop + rowHeight.value <= top.value) element.scrollTop = rowTop;
    else if (rowTop >= top.value + height.value) element.scrollTop = rowTop + rowHeight.value - height.value;
  };

  // Back from a message: on it, where it is in view.
  const { page, id } = app.place.value;
  const opened = useRef('');
  useEffect(() => {
    if (page === 'message') {
      opened.current = id;
      reveal(app.list.offsetOf(id));
    } else if (opened.current === '') {
      // Back from another page.
      if (page === 'list' && app.list.current.value !== '' && document.activeElement === document.body)
        restoring.current = app.list.current.value;
    } else {
      const link = scroller.current?.querySelector<HTMLElement>(
        `[data-id="${CSS.escape(opened.current)}"] a`,
      );
      opened.current = '';
      link?.focus({ preventScroll: true });
      if (link) current.value = Number(link.closest<HTMLElement>('[data-offset]')?.dataset.offset);
    }
  }, [page, id]);

  // At the top the list follows, but not away from under the pointer, nor from what is selected.
  useSignalEffect(() => {
    const isHeld = isPointed.value || app.selection.value.ids.size > 0;
    const follows = top.value < rowHeight.value / 2 && !isHeld;
    if (follows && !app.list.following) app.list.showPending();
    app.list.following = follows;
  });
  // Without rows nothing can slide away.
  useEffect(
    () => () => {
      app.list.following = true;
    },
    [],
  );
  useSignalEffect(() => {
    app.list.view.value = { from: first.value, to: last.value };
    app.list.show(first.value - overscanRows, last.value + overscanRows);
  });

  // The address follows the scroll, once it rests.
  useEffect(() => {
    const timer = setTimeout(() => {
      // Before the list has its length it cannot be where the address says.
      if (app.place.value.start === first.value || !app.list.loaded.peek()) return;
      written.current = first.value;
      app.go({ start: first.value }, true);
    }, 200);
    return () => clearTimeout(timer);
  }, [first.value]);

  // The keyboard stays on its mail wherever that moves to, and goes to the one that takes its place.
  useSignalEffect(() => {
    const offset = app.list.offsetOf(app.list.current.value);
    if (offset >= 0) current.value = offset;
  });
  useLayoutEffect(() => {
    if (app.list.current.value !== '' && restoring.current === '' && document.activeElement === document.body)
      focusRow(app.list.current.value);
  }, [app.list.current.value]);
  useEffect(() => {
    if (restoring.current === '') return;
    const link = scroller.current?.querySelector<HTMLElement>(
      `[data-id="${CSS.escape(restoring.current)}"] a`,
    );
    const isFree = document.activeElement === document.body;
    if (link || !isFree) restoring.current = '';
    if (isFree) link?.focus({ preventScroll: true });
  });

  const moveTo = (offset: number) => {
    const to = Math.max(0, Math.min(app.list.length.value - 1, offset));
    current.value = to;
    app.list.current.value = app.list.row(to)?.ID ?? '';
    const element = scroller.current;
    if (element === null) return;
    const rowTop = to * rowHeight.value;
    if (rowTop < element.scrollTop) element.scrollTop = rowTop;
    else if (rowTop + rowHeight.value > element.scrollTop + element.clientHeight) {
      element.scrollTop = rowTop + rowHeight.value - element.clientHeight;
    }
    requestAnimationFrame(() => {
      const link = element.querySelector<HTMLElement>(`[data-offset="${to}"] a`);
      awaited.current = link ? -1 : to;
      // The list itself keeps the keys until the row is there.
      (link ?? element).focus({ preventScroll: true });
    });
  };
  useLayoutEffect(() => {
    if (awaited.current < 0) return;
    const link = scroller.current?.querySelector<HTMLElement>(`[data-offset="${awaited.current}"] a`);
    if (!link) return;
    awaited.current = -1;
    if (document.activeElement === scroller.current) link.focus({ preventScroll: true });
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height.value / rowHeight.value) - 1);
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    const step = steps[event.key];
    if (step !== undefined) moveTo(current.value + step);
    else if (event.key === 'Home') moveTo(0);
    else if (event.key === 'End') moveTo(app.list.length.value - 1);
    else return;
    event.preventDefault();
  };

  useLayoutEffect(() => {
    const element = scroller.current;
    const onScroll = () => {
      top.value = element?.scrollTop ?? 0;
    };
    const onFocus = ({ target }: FocusEvent) => {
      app.list.current.value = (target as HTMLElement).closest<HTMLElement>('[data-id]')?.dataset.id ?? '';
    };
    element?.addEventListener('scroll', onScroll, { passive: true });
    element?.addEventListener('focusin', onFocus);
    element?.addEventListener('keydown', onKeyDown);
    return () => {
      element?.removeEventListener('scroll', onScroll);
      element?.removeEventListener('focusin', onFocus);
      element?.removeEventListener('keydown', onKeyDown);
    };
  }, []);

  const from = Math.max(0, first.value - overscan.value);
  const to = Math.min(app.list.length.value, last.value + overscan.value);
  const offsets = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

  // A row that is the same as before is not drawn anew, however often the list around it changes.
  const drawn = useRef(new Map<number, DrawnRow>());
  const drawnNow = new Map<number, DrawnRow>();
  const tabbableAt = Math.min(Math.max(current.value, first.value), Math.max(first.value, last.value - 1));
  const count = app.list.length.value;
  useLayoutEffect(() => {
    drawn.current = drawnNow;
  });

  return (
    <div
      class="rows-frame"
      onPointerEnter={() => {
        isPointed.value = true;
      }}
      onPointerLeave={() => {
        isPointed.value = false;
      }}
    >
      {app.list.pending.value > 0 && (
        <button
          type="button"
          class="pill"
          onClick={() => {
            app.list.showPending();
            if (scroller.current) scroller.current.scrollTop = 0;
          }}
        >
          {words.newMail(app.list.pending.value)}
        </button>
      )}
      <div class="rows" ref={scroller} tabIndex={-1}>
        <ul style={{ height: `${count * rowHeight.value}px` }} aria-label={words.messages}>
          {offsets.map(offset => {
            const row = app.list.row(offset);
            const top = offset * rowHeight.value;
            const tabbable = offset === tabbableAt;
            const signature = `${top} ${count} ${tabbable}`;
            const before = drawn.current.get(offset);
            const same = before && before.row === row && before.signature === signature;
            const element = same ? (
              before.element
            ) : (
              <MailRow
                key={row?.ID ?? `gap-${offset}`}
                row={row}
                offset={offset}
                top={top}
                count={count}
                tabbable={tabbable}
              />
            );
            drawnNow.set(offset, { row, signature, element });
            return element;
          })}
        </ul>
      </div>
    </div>
  );
}
