/** First bytes of files and their types. */
const signatures: readonly [start: string, type: string][] = [
  ['%PDF-', 'application/pdf'],
  ['%!PS-Adobe-', 'application/postscript'],
  ['\x89PNG\r\n\x1a\n', 'image/png'],
  ['GIF87a', 'image/gif'],
  ['GIF89a', 'image/gif'],
  ['\xff\xd8\xff', 'image/jpeg'],
  ['BM', 'image/bmp'],
  ['\x00\x00\x01\x00', 'image/x-icon'],
  ['\x1f\x8b\x08', 'application/x-gzip'],
  ['PK\x03\x04', 'application/zip'],
  ['Rar!\x1a\x07', 'application/x-rar-compressed'],
  ['OggS\x00', 'application/ogg'],
  ['ID3', 'audio/mpeg'],
];

/** What bytes look like, as a browser would guess (WHATWG MIME sniffing, the part of it that mail meets). */
export function sniffType(bytes: Buffer): string {
  const start = bytes.toString('latin1', 0, 512);
  const known = signatures.find(([signature]) => start.startsWith(signature));
  if (known) return known[1];
  if (start.startsWith('RIFF') && start.startsWith('WEBPVP', 8)) return 'image/webp';
  if (start.startsWith('RIFF') && start.startsWith('WAVE', 8)) return 'audio/wave';
  if (start.startsWith('ftyp', 4)) return 'video/mp4';
  const text = start.replace(/^\xef\xbb\xbf/, '').trimStart();
  if (
    /^<(!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p)[ >]/i.test(text)
  ) {
    return 'text/html; charset=utf-8';
  }
  if (text.startsWith('<?xml')) return 'text/xml; charset=utf-8';
  return /[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]/.test(start)
    ? 'application/octet-stream'
    : 'text/plain; charset=utf-8';
}
