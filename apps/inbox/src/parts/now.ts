import { signal } from '@preact/signals';

/** The time that the list's times are told by; moves twice a minute. */
export const nowMs = signal(Date.now());

setInterval(() => {
  nowMs.value = Date.now();
}, 30_000);
