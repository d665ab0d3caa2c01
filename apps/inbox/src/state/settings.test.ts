import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Settings, type SettingsStore } from './settings.ts';

function storeOf(entries: Record<string, string>): SettingsStore & { readonly map: Map<string, string> } {
  const map = new Map(Object.entries(entries));
  return {
    map,
    getItem: key => map.get(key) ?? null,
    setItem: (key, value) => map.set(key, value),
    removeItem: key => map.delete(key),
  };
}

test('what is set is there again, and a default leaves no trace', () => {
  const store = storeOf({});
  const settings = new Settings(store);
  settings.theme.value = 'dark';
  settings.tagColours.value = false;
  settings.skipConfirmations.value = true;
  settings.allowRemote('News@Shop.test', true);
  const again = new Settings(store);
  assert.equal(again.theme.value, 'dark');
  assert.equal(again.tagColours.value, false);
  assert.equal(again.skipConfirmations.value, true);
  assert.ok(again.mayLoadRemote('news@shop.TEST'));
  assert.ok(!again.mayLoadRemote('other@shop.test'));
  again.theme.value = 'auto';
  again.tagColours.value = true;
  again.skipConfirmations.value = false;
  again.allowRemote('news@shop.test', false);
  assert.equal(store.map.size, 0);
});

test('what cannot be read is the default', () => {
  const settings = new Settings(storeOf({ 'mp-theme': 'pink', 'mp-remote-senders': '{' }));
  assert.equal(settings.theme.value, 'auto');
  assert.equal(settings.remoteSenders.value.size, 0);
});
