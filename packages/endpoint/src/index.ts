// For those who write services.

export { background, createContext } from './call-context.ts';
export { chain } from './chain.ts';
export { type Clock, systemClock } from './clock.ts';
export { type Code, codes, isCode, isRetryableByDefault, isServerFault } from './code.ts';
export {
  type CancelableContext,
  type Context,
  type ContextKey,
  type ContextOptions,
  contextKey,
  type ScopedContext,
} from './context.ts';
export { type Endpoint, type Filter, type Middleware, nop } from './endpoint.ts';
export { type Failer, failure, failureOf } from './failer.ts';
export { type Handler, lift } from './lift.ts';
export { type Operation, type OperationKind, operation } from './operation.ts';
export { type Random, systemRandom } from './random.ts';
export {
  deadlineExceeded,
  isServiceError,
  ServiceError,
  type ServiceErrorOptions,
} from './service-error.ts';
export { isAsyncIterable, type Settled, settle } from './settle.ts';
export { timeout } from './timeout.ts';

// For those who write transports and middlewares.

export { abortable } from './abortable.ts';
export { type Attempt, attempt } from './attempt.ts';
export { type CancelSource, cancelReason } from './cancellation.ts';
export { checkNumber, type NumberRange } from './option.ts';
export { discard } from './settle.ts';
export { signalSource } from './signal-source.ts';
