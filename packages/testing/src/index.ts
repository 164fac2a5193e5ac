export { type FakeClock, fakeClock } from './fake-clock.ts';
export { seededRandom } from './seeded-random.ts';
export type { MakePair, Messages, StreamBinding } from './stream-conformance/binding.ts';
export { streamConformance } from './stream-conformance/suite.ts';
export { type SymmetryLawOptions, symmetryLaw } from './symmetry-law/suite.ts';
export type {
  ConformanceCase,
  Message,
  Pair,
  PairOptions,
  TransportBinding,
} from './transport-conformance/binding.ts';
export { transportConformance } from './transport-conformance/suite.ts';
