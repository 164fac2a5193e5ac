export { type CacheAsideOptions, cacheAside } from './cache-aside.ts';
export type { Cached, CacheStore } from './cache-store.ts';
export { type CoalesceOptions, coalesce, type RequestMiddleware } from './coalesce.ts';
export { type FallbackOptions, fallback, type ValueFallback } from './fallback.ts';
export type { LayerEdit, LayerEdits, Place } from './layer-draft.ts';
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from './memory-store.ts';
export type { NamedLayer } from './named-layer.ts';
export {
  type Composed,
  type ResilientOptions,
  resilient,
  type Slots,
  type StandardSlot,
  standardOrder,
} from './resilient.ts';
export { type LayersChange, type Swappable, swappable } from './swappable.ts';
