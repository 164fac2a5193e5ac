export { type FakeClock, fakeClock } from './fake-clock.ts';
export type { Faults, ProxyFaults } from './fault-proxy/faults.ts';
export {
  createFaultProxy,
  type FaultProxy,
  type FaultProxyOptions,
} from './fault-proxy/proxy.ts';
export { seededRandom } from './seeded-random.ts';
export { type SymmetryLawOptions, symmetryLaw } from './symmetry-law/suite.ts';
export type {
  ConformanceCase,
  Message,
  Pair,
  PairOptions,
  TransportBinding,
} from './transport-conformance/binding.ts';
export { transportConformance } from './transport-conformance/suite.ts';
