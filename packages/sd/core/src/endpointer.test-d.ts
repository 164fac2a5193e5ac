import type { Context, Endpoint, ServiceError } from '@fairlead/endpoint';
import { expectTypeOf } from 'vitest';
import { createEndpointer } from './create-endpointer.ts';
import { createInstancer } from './create-instancer.ts';
import type { Discovery, Instancer } from './discovery.ts';
import type { Endpointer, Factory, Owned } from './endpointer.ts';
import type { Instance, InstanceInit } from './instance.ts';
import { createMemoryRegistry } from './memory-registry.ts';
import { staticInstancer } from './static-instancer.ts';

declare const instancer: Instancer;

// The value is whatever the factory makes: an endpoint, or a client with many methods.
interface Client {
  readonly sum: Endpoint<{ a: number; b: number }, number>;
  close(): Promise<void>;
}
declare function connect(address: string, ctx: Context): Promise<Client>;
const clients = createEndpointer(instancer, async ({ address }, ctx) => {
  const client = await connect(address, ctx);
  return { value: client, close: () => client.close() };
});
expectTypeOf(clients).toEqualTypeOf<Endpointer<Client>>();
expectTypeOf(createEndpointer(instancer, ({ address }) => ({ value: address }))).toEqualTypeOf<
  Endpointer<string>
>();

// A factory says what belongs to whom.
// @ts-expect-error: a bare value cannot be closed
createEndpointer(instancer, ({ address }) => address);
const factory: Factory<number> = () => ({ value: 1 });
expectTypeOf(factory).returns.toEqualTypeOf<Owned<number> | Promise<Owned<number>>>();

// An instance is an address, or more than that; what is made of it cannot be changed.
expectTypeOf('a:1').toExtend<InstanceInit>();
staticInstancer(['a:1', { address: 'b:1', weight: 2, metadata: { version: '1' } }]);
// @ts-expect-error: metadata are texts
staticInstancer([{ address: 'a:1', metadata: { version: 1 } }]);
// @ts-expect-error: an address is needed
staticInstancer([{ id: 'a' }]);
declare const made: Instance;
// @ts-expect-error: an instance is immutable
made.weight = 2;
// @ts-expect-error: so are its metadata
made.metadata['a'] = 'b';

// A set may be unknown still, and a listener may take its time.
expectTypeOf<Discovery['instances']>().toEqualTypeOf<readonly Instance[] | undefined>();
expectTypeOf<Discovery['error']>().toEqualTypeOf<ServiceError | undefined>();
instancer.subscribe(async () => {});
instancer.subscribe(() => {});

// A source is one function; options are checked by name.
createInstancer({ name: 'x', watch: async (found) => found(['a:1']) }, { clock: undefined });
// @ts-expect-error: there is no such option
createInstancer({ name: 'x', watch: async () => {} }, { confirm: 1 });
createMemoryRegistry().registrar('addsvc', 'a:1');
