import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useApp, useWords } from './context.ts';

/** Mail that pours in is told of so often at most. */
const quietMs = 2000;

/** Says how much mail came, for who does not see it come. */
export function SpokenLine() {
  const app = useApp();
  const words = useWords();
  const spoken = useSignal('');
  const count = useRef(0);
  const timer = useRef(0);
  const arrived = app.lastArrived.value;
  useEffect(() => {
    if (arrived.length === 0) return;
    count.current += arrived.length;
    if (timer.current !== 0) return;
    const say = () => {
      spoken.value = words.newMailSpoken(count.current);
      count.current = 0;
      timer.current = window.setTimeout(() => {
        timer.current = 0;
        spoken.value = '';
        if (count.current > 0) say();
      }, quietMs);
    };
    timer.current = window.setTimeout(say, 200);
  }, [arrived]);
  return <output class="spoken arrivals">{spoken.value}</output>;
}
