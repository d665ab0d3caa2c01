import { useWords } from '../parts/context.ts';

/** How an application reaches this inbox; also what an empty inbox shows. */
export function SendPage() {
  const words = useWords();
  return (
    <div class="empty">
      <h2>{words.emptyTitle}</h2>
      <p>{words.emptyText}</p>
    </div>
  );
}
