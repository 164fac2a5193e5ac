import { type ContextKey, contextKey } from '@fairlead/endpoint';

/**
 * The context's value for what should stay with one instance, for policies that hash: a user, a tenant,
 * a cache key. Where the request itself says it, use the `key` of {@link balanced}.
 */
export const routingKey: ContextKey<string> = contextKey('routing key');
