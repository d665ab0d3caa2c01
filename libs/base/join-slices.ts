/** Copied at a time: a part of a millisecond, new memory being slower than what was used before. */
const sliceBytes = 512 * 1024;

/**
 * Pieces as one, copied in steps between which `pause` lets others go on: copied at once, tens of megabytes hold everybody
 * for tens of milliseconds.
 */
export async function joinSlices(pieces: readonly Buffer[], pause: () => Promise<unknown>): Promise<Buffer> {
  const joined = Buffer.allocUnsafeSlow(pieces.reduce((sum, { length }) => sum + length, 0));
  let [end, paused] = [0, 0];
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += sliceBytes) {
      end += piece.copy(joined, end, at, at + sliceBytes);
      if (end - paused < sliceBytes) continue;
      await pause();
      paused = end;
    }
  }
  return joined;
}
