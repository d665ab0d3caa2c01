/** Text and bytes as a mail may carry them. */

/** A header's value: as it is where it is plain, else RFC 2047 words. Line breaks are no exception: they are encoded. */
export function encodeHeaderText(text: string): string {
  if (/^[\x20-\x7e\t]*$/.test(text) && !text.includes('=?')) return text;
  const words: string[] = [];
  let word = '';
  for (const char of text.toWellFormed()) {
    const encoded = encodeQ(char);
    if (word.length + encoded.length > 50) {
      words.push(word);
      word = '';
    }
    word += encoded;
  }
  return [...words, word].map(each => `=?utf-8?q?${each}?=`).join('\r\n ');
}

function encodeQ(char: string): string {
  if (char === ' ') return '_';
  if (/^[A-Za-z0-9!*+\-/]$/.test(char)) return char;
  return [...Buffer.from(char)].map(hexByte).join('');
}

const hexByte = (byte: number) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/** A parameter's value behind its `=`, or with `name*` for what is not ASCII (RFC 2231). */
export function encodeParameter(name: string, value: string): string {
  const wellFormed = value.toWellFormed();
  if (/^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/.test(wellFormed)) return `${name}=${wellFormed}`;
  if (/^[\x20-\x7e]*$/.test(wellFormed)) return `${name}="${wellFormed.replace(/["\\]/g, '\\$&')}"`;
  const encoded = encodeURIComponent(wellFormed).replace(/['()*!]/g, char =>
    hexByte(char.charCodeAt(0)).replace('=', '%'),
  );
  return `${name}*=utf-8''${encoded}`;
}

export type EncodedBody = {
  readonly encoding: '7bit' | 'quoted-printable' | 'base64';
  readonly body: string;
};

/** Plain ASCII goes as it is; where letters beyond it are few they are quoted, else all is base64. */
export function encodeText(text: string): EncodedBody {
  const bytes = Buffer.from(text);
  const foreign = bytes.reduce(
    (count, byte) => count + (byte > 0x7e || (byte < 0x20 && !isBlank(byte)) ? 1 : 0),
    0,
  );
  if (foreign === 0) return { encoding: '7bit', body: text };
  if (foreign * 5 > bytes.length) return { encoding: 'base64', body: encodeBase64(bytes) };
  return { encoding: 'quoted-printable', body: encodeQuotedPrintable(text) };
}

const isBlank = (byte: number) => byte === 0x09 || byte === 0x0a || byte === 0x0d;

/** Lines of 76. */
export function encodeBase64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/.{76}(?=.)/g, '$&\r\n');
}

/** RFC 2045 §6.7, line ends become CRLF. */
function encodeQuotedPrintable(text: string): string {
  return text
    .split(/\r?\n/)
    .map(line => {
      const lines: string[] = [];
      let current = '';
      for (const [index, byte] of Buffer.from(line).entries()) {
        const last = index === Buffer.byteLength(line) - 1;
        const plain =
          (byte >= 0x21 && byte <= 0x7e && byte !== 0x3d) || ((byte === 0x20 || byte === 0x09) && !last);
        const encoded = plain ? String.fromCharCode(byte) : hexByte(byte);
        if (current.length + encoded.length > 75) {
          lines.push(`${current}=`);
          current = '';
        }
        current += encoded;
      }
      return [...lines, current].join('\r\n');
    })
    .join('\r\n');
}
