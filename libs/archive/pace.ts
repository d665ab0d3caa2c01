/** Work goes on for no longer than this without letting others in. */
const sliceMs = 4;

/** For long work in small steps: a function to be awaited between two of them, which lets others in when it is time. */
export function pace(): () => Promise<void> {
  let endMs = performance.now() + sliceMs;
  return async () => {
    if (performance.now() < endMs) return;
    await new Promise(setImmediate);
    endMs = performance.now() + sliceMs;
  };
}
