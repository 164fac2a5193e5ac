// `npm run simulate` shows what balancing, retries and hedging do; `-- --write` puts it into the documents.
import { parseArgs } from 'node:util';
import { coldStart } from './cold-start.ts';
import { consistentHashing } from './consistent-hashing.ts';
import type { Experiment } from './experiment.ts';
import { failingInstance } from './failing-instance.ts';
import { hedging } from './hedging.ts';
import { overload } from './overload.ts';
import { retries } from './retries.ts';
import { slowInstance } from './slow-instance.ts';
import { renderTable } from './table.ts';
import { writeFindings } from './write.ts';

const experiments: Readonly<Record<string, Experiment>> = {
  slow: slowInstance,
  failing: failingInstance,
  cold: coldStart,
  hashing: consistentHashing,
  retries,
  hedging,
  overload,
};

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
});
const chosen = values.only === undefined ? Object.keys(experiments) : values.only.split(',');
for (const name of chosen) {
  const experiment = experiments[name];
  if (experiment === undefined) {
    throw new Error(`no experiment ${name}: there are ${Object.keys(experiments).join(', ')}`);
  }
  const findings = await experiment({ seed: Number(values.seed), scale: 1 });
  for (const table of findings.tables) console.log(`\n${renderTable(table)}`);
  if (values.write) await writeFindings(findings);
}
