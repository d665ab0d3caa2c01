/** How long the mail keeps the keys that a Control or Command key announced: time to press the one that follows. */
const handedMs = 1500;

const scrolling = new Set(['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End', ' ']);

/**
 * A frame without scripts keeps every key that is pressed in it: after a click into the mail the page would be deaf. So
 * focus that the pointer took there goes back to `home` at once. Keys that are meant for the mail's text go to it all the
 * same: Control and Command (copy, select all) for a moment, those that scroll for as long as the pointer stays on it.
 * Whoever came by Tab stays until Tab leads out. Returns what ends it.
 */
export function keepKeys(frame: HTMLIFrameElement, home: () => HTMLElement | null): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  let byTab = false;
  /** The mail was clicked last: what would act on a text is meant for its. */
  let clicked = false;
  let handed = false;
  let timer = 0;

  const isInside = () => document.activeElement === frame;
  const takeBack = () => {
    clearTimeout(timer);
    handed = false;
    if (isInside()) home()?.focus({ preventScroll: true });
  };
  const handOver = () => {
    handed = true;
    frame.focus({ preventScroll: true });
  };

  addEventListener(
    'blur',
    () => {
      if (!isInside() || byTab || handed) return;
      clicked = true;
      // Within the event the browser is still moving the focus.
      setTimeout(takeBack);
    },
    { signal },
  );
  addEventListener(
    'keydown',
    ({ key, target }) => {
      byTab = key === 'Tab';
      if (!clicked || target !== home()) return;
      if (key === 'Control' || key === 'Meta') {
        handOver();
        timer = window.setTimeout(takeBack, handedMs);
      } else if (scrolling.has(key)) handOver();
    },
    { signal, capture: true },
  );
  addEventListener(
    'pointerdown',
    () => {
      byTab = false;
      clicked = false;
    },
    { signal, capture: true },
  );
  frame.addEventListener(
    'pointerleave',
    () => {
      if (handed) takeBack();
    },
    { signal },
  );
  signal.addEventListener('abort', () => clearTimeout(timer));
  return () => ending.abort();
}
