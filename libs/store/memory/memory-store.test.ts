import { openMemoryStore } from '../open-store.ts';
import { testStore } from '../store-suite.ts';

testStore('the memory store', async () => {
  let now = 0;
  const store = openMemoryStore(() => now);
  return {
    store,
    setNow: nowMs => {
      now = nowMs;
    },
    dirOf: () => '/nowhere',
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
});
