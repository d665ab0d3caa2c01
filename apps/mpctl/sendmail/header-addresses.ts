/**
 * Addresses as people write them in headers: `Joe <joe@b>, "Doe, J." <j@b>, team: a@b, c@d;` (RFC 5322 §3.4).
 * What is no address is left out.
 */
export function headerAddresses(text: string): string[] {
  const found: string[] = [];
  let bare = '';
  let bracketed: string | null = null;
  const finish = () => {
    const address = (bracketed ?? bare).trim();
    if (/^[^\s@]+@[^\s@]+$|^"[^"]*"@[^\s@]+$/.test(address)) found.push(address);
    bare = '';
    bracketed = null;
  };
  // Quoted text, comments and brackets as wholes, everything else letter by letter.
  const pieces = /"(?:\\[\s\S]|[^"\\])*"|\((?:\\[\s\S]|[^)\\])*\)|<[^>]*>|[\s\S]/g;
  for (const [piece] of text.matchAll(pieces)) {
    if (piece.startsWith('<') && piece.endsWith('>')) bracketed = piece.slice(1, -1);
    else if (piece === ',' || piece === ';') finish();
    else if (piece === ':')
      bare = ''; // the name of a group ends here
    else if (!piece.startsWith('(')) bare += piece;
  }
  finish();
  return found;
}
