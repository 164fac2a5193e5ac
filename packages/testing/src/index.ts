export type { BalancerBinding, BalancerSetup } from './balancer-conformance/binding.ts';
export { balancerConformance } from './balancer-conformance/suite.ts';
export type { BreakerBinding, BreakerScene } from './breaker-conformance/binding.ts';
export { breakerConformance } from './breaker-conformance/suite.ts';
export type { ConformanceCase } from './conformance-case.ts';
export { type FakeClock, fakeClock } from './fake-clock.ts';
export {
  type FakeEndpointer,
  type FakeEntry,
  fakeEndpointer,
  fakeEntry,
} from './fake-endpointer.ts';
export type { Faults, ProxyFaults } from './fault-proxy/faults.ts';
export {
  createFaultProxy,
  type FaultProxy,
  type FaultProxyOptions,
} from './fault-proxy/proxy.ts';
export type {
  InstancerBinding,
  InstancerScene,
  KeptParts,
} from './instancer-conformance/binding.ts';
export { instancerConformance } from './instancer-conformance/suite.ts';
export type { LimiterBinding, LimiterScene } from './limiter-conformance/binding.ts';
export { limiterConformance } from './limiter-conformance/suite.ts';
export { collectGarbage, liveHeapBytes } from './live-heap.ts';
export type { RegistrarBinding, RegistrarScene } from './registrar-conformance/binding.ts';
export { registrarConformance } from './registrar-conformance/suite.ts';
export {
  type ClusterMember,
  type RollingRestartReport,
  type RollingRestartScene,
  rollingRestart,
} from './rolling-restart.ts';
export { seededRandom } from './seeded-random.ts';
export type { MakePair, Messages, StreamBinding } from './stream-conformance/binding.ts';
export { streamConformance } from './stream-conformance/suite.ts';
export { type SymmetryLawOptions, symmetryLaw } from './symmetry-law/suite.ts';
export type {
  Message,
  Pair,
  PairOptions,
  TransportBinding,
} from './transport-conformance/binding.ts';
export { transportConformance } from './transport-conformance/suite.ts';
export { whenKnown } from './when-known.ts';
