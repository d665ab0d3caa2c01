/** Mail as shops send it, the same in every run: 2 to 5 kB of text and HTML in words of which few are common. */

/** Words that searches are measured with. Those of `tenth` are in every tenth mail and never together in one. */
export const markers = {
  tenth: ['quarterly', 'umbrella', 'lantern'],
  /** In every second mail. */
  common: 'regards',
  /** In one of 5,000. */
  rare: 'zyzzyva',
} as const;

let seed = 1;
function random(): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
}

const syllables = 'an be co di el fa go hi in ka le mo ne or pi qui ra se ta un ver wo'.split(' ');
const words = Array.from({ length: 4000 }, (_, i) => {
  const length = 1 + (i % 4);
  return Array.from({ length }, (_, at) => syllables[(i * 7 + at * 13 + (i >> 3)) % syllables.length]).join(
    '',
  );
});
/** As in real text the n-th word is about n times as rare as the first. */
const word = () => words[Math.floor(words.length ** random()) - 1] as string;
const sentence = () => `${Array.from({ length: 12 }, word).join(' ')}.`;

export function benchMail(number: number, subject = ''): string {
  const marker = markers.tenth[number % 10];
  const extra = [marker, number % 2 === 0 ? markers.common : '', number % 5000 === 77 ? markers.rare : ''];
  const paragraphs = Array.from({ length: 10 + Math.floor(random() * 14) }, sentence);
  paragraphs.push(extra.filter(Boolean).join(' and '));
  const boundary = `b${number}`;
  return [
    `From: "${word()} ${word()}" <${word()}${number % 100}@shop.example>`,
    `To: user${number % 50}@example.com`,
    `Subject: ${subject || `${sentence()} ${number}`}`,
    `Message-ID: <${number}@shop.example>`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/alternative; boundary=${boundary}`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    ...paragraphs,
    `--${boundary}`,
    'Content-Type: text/html; charset=utf-8',
    '',
    `<html><body>${paragraphs.map(text => `<p style="margin:0">${text}</p>`).join('\n')}</body></html>`,
    `--${boundary}--`,
    '',
  ].join('\r\n');
}

/** With ten attachments of 20 kB each. */
export function attachedMail(number: number): string {
  const content = Buffer.alloc(20_000, number).toString('base64').replace(/.{76}/g, '$&\r\n');
  const part = (name: number) =>
    `--m\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=${name}.png\r\n\r\n${content}\r\n`;
  return (
    `From: a@shop.example\r\nTo: b@example.com\r\nSubject: attached ${number}\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n` +
    `--m\r\nContent-Type: text/plain\r\n\r\n${sentence()}\r\n${Array.from({ length: 10 }, (_, i) => part(i)).join('')}--m--\r\n`
  );
}
