/** What every store must do. A backend's test calls {@link testStore} with a way to open it. */
import { testChanging } from './suite/changing-suite.ts';
import { Fixture, type Run, type StoreUnderTest } from './suite/fixture.ts';
import { testKeeping } from './suite/keeping-suite.ts';
import { testLimits } from './suite/limits-suite.ts';
import { testListing } from './suite/listing-suite.ts';
import { testSearching } from './suite/searching-suite.ts';

export function testStore(name: string, open: () => Promise<StoreUnderTest>): void {
  const run: Run = async body => {
    await using tested = await open();
    const fixture = new Fixture(tested);
    await body(fixture.mailbox(), fixture);
  };
  for (const test of [testKeeping, testListing, testChanging, testSearching, testLimits]) test(name, run);
}
