/** Reading and editing a tenants file of 9,000 tenants, half of them with keys of their own: whole, and after one change. */
import { editTenants } from '../../libs/spec/edit.ts';
import { facts, filesIo } from '../../libs/spec/memory-suite.ts';
import { readFleet } from '../../libs/spec/read-fleet.ts';
import { readYaml } from '../../libs/spec/read-yaml.ts';
import { type Figure, quantile, renderFigures, round, shown } from './figures.ts';

const tenants = 9000;
const bare = (i: number) => `  project-${i}: {}\n`;
const rich = (i: number) =>
  `  project-${i}:\n    label: Project ${i}\n    maxMessages: 1000\n    listeners:\n      http: { acl: ["u:bob:rw"] }\n`;
const text = `tenants:\n${Array.from({ length: tenants }, (_, i) => (i % 2 ? bare(i) : rich(i))).join('')}`;

const files = new Map([['tenants.yaml', text]]);
const request = { file: '/etc/tenants.yaml', io: filesIo('/etc', files), facts };
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
async function timed(work: () => unknown): Promise<string> {
  const startMs = cpuMs();
  await work();
  return `${round(cpuMs() - startMs)} ms`;
}
async function median(times: number, work: (round: number) => unknown): Promise<string> {
  const values: number[] = [];
  for (let i = 0; i < times; i++) {
    const startMs = cpuMs();
    await work(i);
    values.push(cpuMs() - startMs);
  }
  return `${round(quantile(values, 0.5))} ms`;
}

let reading = await readFleet({ ...request, io: filesIo('/etc', new Map([['tenants.yaml', '']])) });
const figures: Figure[] = [
  shown('the fleet read for the first time', await timed(async () => (reading = await readFleet(request)))),
  shown('the same text by `yaml` alone, as one document', await timed(() => readYaml(text))),
  shown(
    'read again after one tenant changed (median of 20)',
    await median(20, async i => {
      files.set('tenants.yaml', text.replace('  project-4500:\n', `  project-4500:\n    maxAge: ${i}d\n`));
      reading = await readFleet({ ...request, previous: reading });
    }),
  ),
  shown(
    '`tenant add` (median of 20)',
    await median(20, () => editTenants(text, { verb: 'add', name: 'n', set: [] })),
  ),
  shown(
    '`tenant set` (median of 20)',
    await median(20, i => {
      const set = [{ key: 'maxMessages', value: String(i) }];
      return editTenants(text, { verb: 'set', name: 'project-4500', set, unset: [] });
    }),
  ),
];
console.log(renderFigures(`A tenants file of ${tenants} tenants, processor time`, figures));
