import { background, type Endpoint, systemClock, systemRandom } from '@fairlead/endpoint';
import {
  balanced,
  createBalancer,
  leastRequest,
  maglev,
  Node,
  type PolicyFactory,
  peakEwma,
  random,
  rendezvous,
  retry,
  ringHash,
  roundRobin,
  weightedRandom,
  weightedRoundRobin,
} from '@fairlead/lb';
import { createEndpointer, instance, staticInstancer } from '@fairlead/sd';
import { serveRounds } from '../worker.ts';
import { timeBatches } from './time-batches.ts';

const sizes = [3, 100, 1000, 10_000];
const keys = Array.from({ length: 256 }, (_, i) => `user-${i}`);
/** What the work leaves behind: a compiler must not find out that nobody looks at it. */
let kept: unknown;

const policies: Readonly<Record<string, PolicyFactory>> = {
  'round robin': roundRobin(),
  'weighted round robin': weightedRoundRobin(),
  random: random(),
  'weighted random': weightedRandom(),
  'least request': leastRequest(),
  'peak EWMA': peakEwma(),
  Maglev: maglev({ tableSize: 1_000_003 }),
  'ring hash': ringHash(),
  rendezvous: rendezvous(),
};

function addressOf(index: number): string {
  return `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}:80`;
}

/** One pick among so many instances that have all answered once. */
function picks(factory: PolicyFactory, size: number): (count: number) => Promise<void> {
  const nodes = Array.from({ length: size }, (_, i) => {
    const weight = 1 + (i % 3);
    return new Node(instance({ address: addressOf(i), weight }));
  });
  const policy = factory({ random: systemRandom, clock: systemClock });
  policy.update(nodes, 0, nodes);
  for (const [i, node] of nodes.entries()) policy.ended?.(node, 5 + (i % 7), 'success', 0);
  let now = 0;
  return async (count) => {
    for (let i = 0; i < count; i++) {
      now += 0.01;
      kept = policy.pick(now, keys[i & 255]);
    }
  };
}

const endpoint: Endpoint<number, number> = async (request) => request;

/** Awaited calls of an endpoint, as it is and around three instances of it. */
async function calls(kind: string): Promise<(count: number) => Promise<void>> {
  let call = endpoint;
  if (kind !== 'bare') {
    const endpointer = createEndpointer(staticInstancer([1, 2, 3].map(addressOf)), () => ({
      value: endpoint,
    }));
    await endpointer.ready(background);
    call = balanced(createBalancer(endpointer), (value) => value);
  }
  if (kind === 'balanced, retry') call = retry()(call);
  return async (count) => {
    for (let i = 0; i < count; i++) kept = await call(i, background);
  };
}

const subject = process.argv[2] ?? '';
const policy = policies[subject];
const works = new Map<string, (count: number) => Promise<void>>();
if (policy !== undefined) for (const size of sizes) works.set(String(size), picks(policy, size));
else works.set('call', await calls(subject));

serveRounds(async (ms) => {
  const sample: Record<string, number> = {};
  for (const [name, work] of works) sample[name] = await timeBatches(work, ms / works.size);
  return { ...sample, kept: kept === undefined ? 0 : 1 };
});
