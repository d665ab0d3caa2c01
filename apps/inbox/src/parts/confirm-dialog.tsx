import { useLayoutEffect, useRef } from 'preact/hooks';
import { useApp, useWords } from './context.ts';

/** Asks before what cannot be undone; Escape is no. */
export function ConfirmDialog() {
  const app = useApp();
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const question = app.question.value;
  useLayoutEffect(() => {
    if (question !== null) dialog.current?.showModal();
  }, [question]);
  if (question === null) return null;
  return (
    <dialog ref={dialog} class="confirm" aria-label={question.text} onClose={() => question.answer(false)}>
      <p>{question.text}</p>
      <div class="answers">
        <button type="button" onClick={() => question.answer(false)}>
          {words.cancel}
        </button>
        <button type="button" class="danger" onClick={() => question.answer(true)}>
          {question.yes}
        </button>
      </div>
    </dialog>
  );
}
