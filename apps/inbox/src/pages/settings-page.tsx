import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ChaosForm } from '../parts/chaos-form.tsx';
import { useApp, useWords } from '../parts/context.ts';
import { TagManager } from '../parts/tag-manager.tsx';
import { type Theme, themes } from '../state/settings.ts';

/** What people set for themselves in this browser, and the tags of the inbox. */
export function SettingsPage() {
  const app = useApp();
  const { settings: words, theme: themeNames } = useWords();
  const { settings } = app;
  const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter(zone => zone !== 'UTC')];
  const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const hasChaos = useSignal(false);
  useEffect(() => {
    app.api
      .webUi()
      .then(({ ChaosEnabled }) => {
        hasChaos.value = ChaosEnabled;
      })
      .catch(() => {
        // Out of reach, or another server: no chaos then.
      });
  }, []);

  return (
    <div class="sheet">
      <h1>{words.title}</h1>
      <p class="quiet">{words.here}</p>
      <h2>{words.look}</h2>
      <label class="field">
        {words.theme}
        <select
          value={settings.theme.value}
          onChange={event => {
            settings.theme.value = event.currentTarget.value as Theme;
          }}
        >
          {themes.map(one => (
            <option key={one} value={one}>
              {themeNames[one]}
            </option>
          ))}
        </select>
      </label>
      <Flag name={words.tagColours} flag={settings.tagColours} />
      <NotificationFlag />
      <h2>{words.reading}</h2>
      <Flag name={words.attachmentDetails} flag={settings.attachmentDetails} />
      <Flag name={words.remoteAlways} flag={settings.remoteAlways} />
      {settings.remoteSenders.value.size > 0 && (
        <>
          <h3>{words.remoteSenders}</h3>
          <ul>
            {[...settings.remoteSenders.value].map(sender => (
              <li key={sender}>
                {sender}{' '}
                <button type="button" class="link" onClick={() => settings.allowRemote(sender, false)}>
                  {words.forget(sender)}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <h2>{words.dates}</h2>
      <label class="field">
        {words.timeZone}
        <select
          value={settings.timeZone.value}
          onChange={event => {
            settings.timeZone.value = event.currentTarget.value;
          }}
        >
          <option value="">{words.zoneOfBrowser(browserZone)}</option>
          {zones.map(zone => (
            <option key={zone} value={zone}>
              {zone}
            </option>
          ))}
        </select>
      </label>
      <h2>{words.actions}</h2>
      <Flag name={words.skipConfirmations} flag={settings.skipConfirmations} />
      <h2>{words.tags}</h2>
      <TagManager />
      {hasChaos.value && <ChaosForm />}
    </div>
  );
}

function Flag({ name, flag }: { readonly name: string; readonly flag: Signal<boolean> }) {
  return (
    <label class="field">
      {name}
      <input
        type="checkbox"
        checked={flag.value}
        onChange={event => {
          flag.value = event.currentTarget.checked;
        }}
      />
    </label>
  );
}

/** Browsers allow it on https and on this machine's own addresses only; without, it is not offered. */
function NotificationFlag() {
  const { settings } = useApp();
  const { settings: words } = useWords();
  const refused = useSignal(false);
  if (!isSecureContext || !('Notification' in window)) return null;
  return (
    <>
      <label class="field">
        {words.notifications}
        <input
          type="checkbox"
          checked={settings.notifications.value}
          onChange={async event => {
            const wanted = event.currentTarget.checked;
            const allowed = !wanted || (await Notification.requestPermission()) === 'granted';
            refused.value = !allowed;
            settings.notifications.value = wanted && allowed;
          }}
        />
      </label>
      {refused.value && <p class="fault">{words.notificationsRefused}</p>}
    </>
  );
}
