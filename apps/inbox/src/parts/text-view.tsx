import { linkify } from '../state/linkify.ts';
import { SourceView } from './source-view.tsx';

/** A browser takes long over more in one block. */
const longestBlock = 100_000;

/** A mail's plain text, its addresses to be followed; a very long one by lines. */
export function TextView({ text }: { readonly text: string }) {
  if (text.length > longestBlock) return <SourceView text={text} wrapped />;
  return (
    <pre class="text">
      {linkify(text).map((piece, i) =>
        piece.href === undefined ? (
          piece.text
        ) : (
          <a key={i} href={piece.href} target="_blank" rel="noopener noreferrer">
            {piece.text}
          </a>
        ),
      )}
    </pre>
  );
}
