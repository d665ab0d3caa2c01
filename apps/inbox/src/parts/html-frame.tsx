import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { Message } from '../state/api-shapes.ts';
import { bodyMargins, naturalWidth } from '../state/fit-width.ts';
import type { PreviewWidth } from '../state/preview.ts';
import { useApp, useWords } from './context.ts';
import { keepKeys } from './frame-focus.ts';
import { hasInlinePictures, inlinePictures } from './inline-pictures.ts';
import { type FramePage, loadFramePage } from './load-frame-page.ts';

type Props = {
  readonly message: Message;
  readonly width: PreviewWidth;
  readonly dark: boolean;
  readonly images: boolean;
  readonly remote: boolean;
};

const widths = { phone: 360, tablet: 768, full: Number.POSITIVE_INFINITY } as const;

/** Cleaning a longer one would hold the page up: it is shown as the server gives it out, in a box of its own. */
const longestCleaned = 100_000;

/**
 * A mail's HTML, inert: in a frame without scripts, forms and origin, under a policy of its own that loads nothing from
 * elsewhere unless asked to. One that is too wide for its frame is scaled to fit.
 */
export function HtmlFrame({ message, width, dark, images, remote }: Props) {
  const app = useApp();
  const words = useWords();
  const stage = useRef<HTMLDivElement>(null);
  const room = useSignal(0);

  useLayoutEffect(() => {
    const element = stage.current;
    if (element === null) return;
    const measure = () => {
      room.value = element.clientWidth;
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const wanted = useMemo(() => {
    const width = naturalWidth(message.HTML);
    return width === 0 ? 0 : width + bodyMargins(message.HTML);
  }, [message.ID]);
  const given = Math.min(room.value, widths[width]);
  const scale = given > 0 && wanted > given ? given / wanted : 1;
  const framePage = useSignal<FramePage | null>(null);
  useEffect(() => {
    void app.act(async () => {
      framePage.value = await loadFramePage();
    }, '');
  }, []);
  /** Of which mail, since another's may still be here. */
  const pictures = useSignal<{ id: string; urls: ReadonlyMap<string, string> } | null>(null);
  const needsPictures = useMemo(() => hasInlinePictures(message), [message.ID]);
  useEffect(() => {
    if (!needsPictures) return;
    let isOver = false;
    let urls: ReadonlyMap<string, string> = new Map();
    void app
      .act(async () => {
        urls = await inlinePictures(app.api, message);
      }, '')
      .then(() => {
        if (!isOver) pictures.value = { id: message.ID, urls };
      });
    return () => {
      isOver = true;
    };
  }, [message.ID]);
  const isLong = message.HTML.length > longestCleaned && !dark && images && !needsPictures;
  const page = useMemo(() => {
    const render = framePage.value;
    const urls = needsPictures ? pictures.value : { id: message.ID, urls: new Map<string, string>() };
    if (isLong || render === null || urls?.id !== message.ID) return null;
    return render(message, part => urls.urls.get(part) ?? '', { dark, images, remote });
  }, [message.ID, isLong, dark, images, remote, framePage.value, pictures.value]);
  useEffect(() => {
    const element = stage.current;
    const frame = element?.querySelector('iframe');
    return frame ? keepKeys(frame, () => element?.closest<HTMLElement>('.message') ?? null) : undefined;
  }, [message.ID, page]);

  const style = {
    width: `${given / scale}px`,
    height: `${100 / scale}%`,
    transform: scale === 1 ? 'none' : `scale(${scale})`,
    marginLeft: `${Math.max(0, (room.value - given) / 2)}px`,
    colorScheme: dark ? 'dark' : 'light',
  };
  const frame = {
    class: 'html',
    title: words.mailContent,
    sandbox: 'allow-popups allow-popups-to-escape-sandbox',
    referrerpolicy: 'no-referrer' as const,
    style,
  };
  return (
    <div class={dark ? 'stage dark' : 'stage'} ref={stage}>
      {/* A frame of its own for each document: one that is still loading may miss that it is to show another. */}
      {isLong && <iframe {...frame} key={message.ID} src={app.api.viewUrl(message.ID, remote)} />}
      {page !== null && <iframe {...frame} key={page} srcdoc={page} />}
    </div>
  );
}
