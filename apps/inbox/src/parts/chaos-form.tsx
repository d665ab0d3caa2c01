import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Chaos } from '../state/api-shapes.ts';
import { useApp, useWords } from './context.ts';

const kinds = ['Sender', 'Recipient', 'Authentication'] as const;

/** What is refused on purpose. Shown only where the tenant has it on. */
export function ChaosForm() {
  const app = useApp();
  const { settings: words } = useWords();
  const chaos = useSignal<Chaos | null>(null);
  useEffect(() => {
    void app.act(async () => {
      chaos.value = await app.api.chaos();
    }, '');
  }, []);
  const triggers = chaos.value;
  if (triggers === null) return null;
  return (
    <>
      <h2>{words.chaos}</h2>
      <p>{words.chaosText}</p>
      <form
        class="chaos"
        onSubmit={event => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const read = (kind: string) => ({
            ErrorCode: Number(form.get(`${kind}-code`)),
            Probability: Number(form.get(`${kind}-percent`)),
          });
          const [Sender, Recipient, Authentication] = kinds.map(read);
          if (!Sender || !Recipient || !Authentication) return;
          void app.act(async () => {
            chaos.value = await app.api.setChaos({ Sender, Recipient, Authentication });
          }, words.saved);
        }}
      >
        {kinds.map(kind => (
          <fieldset key={kind}>
            <legend>{words.chaosKinds[kind]}</legend>
            <input
              name={`${kind}-code`}
              type="number"
              min={400}
              max={599}
              required
              aria-label={words.chaosCode(words.chaosKinds[kind])}
              defaultValue={String(triggers[kind].ErrorCode)}
            />
            <input
              name={`${kind}-percent`}
              type="number"
              min={0}
              max={100}
              required
              aria-label={words.chaosPercent(words.chaosKinds[kind])}
              defaultValue={String(triggers[kind].Probability)}
            />{' '}
            %
          </fieldset>
        ))}
        <button type="submit">{words.save}</button>
      </form>
    </>
  );
}
