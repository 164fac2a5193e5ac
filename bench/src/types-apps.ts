/** The sources of an application with that many endpoints, its server and a client that calls each. */
export type AppSource = (endpoints: number) => string;

function each(count: number, text: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => text(i)).join('\n');
}

export const fairleadApp: AppSource = (endpoints) => `
import { background } from '@fairlead/endpoint';
import { createHttpClient, jsonBody, route, routes } from '@fairlead/http';

interface Two { readonly a: number; readonly b: number }
export const table = routes([
${each(endpoints, (i) => `  route('POST', '/op-${i}', async ({ a, b }: Two) => ({ v${i}: a + b }), { decode: jsonBody<Two>() }),`)}
]);
const client = createHttpClient('http://127.0.0.1');
${each(endpoints, (i) => `export const op${i} = client.endpoint<Two, { v${i}: number }>({ path: '/op-${i}' });\nexport const r${i}: Promise<number> = op${i}({ a: ${i}, b: 1 }, background).then((r) => r.v${i});`)}
`;

export const trpcApp: AppSource = (endpoints) => `
import { createTRPCClient, httpLink } from '@trpc/client';
import { initTRPC } from '@trpc/server';

interface Two { readonly a: number; readonly b: number }
const two = (value: unknown): Two => value as Two;
const t = initTRPC.create();
export const router = t.router({
${each(endpoints, (i) => `  op${i}: t.procedure.input(two).mutation(async ({ input: { a, b } }) => ({ v${i}: a + b })),`)}
});
export const client = createTRPCClient<typeof router>({ links: [httpLink({ url: 'http://127.0.0.1' })] });
${each(endpoints, (i) => `export const r${i}: Promise<number> = client.op${i}.mutate({ a: ${i}, b: 1 }).then((r) => r.v${i});`)}
`;

/** Fifty routes an application, as its guide advises for many: one chain of all is too deep for a compiler. */
export const honoApp: AppSource = (endpoints) => {
  const groups = Math.ceil(endpoints / 50);
  return `
import { Hono } from 'hono';
import { hc } from 'hono/client';
import { validator } from 'hono/validator';

interface Two { readonly a: number; readonly b: number }
const two = validator('json', (value) => value as Two);
${each(
  groups,
  (g) => `export const group${g} = new Hono()
${each(Math.min(50, endpoints - g * 50), (i) => `  .post('/op-${g * 50 + i}', two, (c) => { const { a, b } = c.req.valid('json'); return c.json({ v${g * 50 + i}: a + b }); })`)};
export const client${g} = hc<typeof group${g}>('http://127.0.0.1');`,
)}
${each(endpoints, (i) => `export const r${i}: Promise<number> = client${Math.floor(i / 50)}['op-${i}'].$post({ json: { a: ${i}, b: 1 } }).then((r) => r.json()).then((r) => r.v${i});`)}
`;
};

/** Nothing but functions: what the compiler needs for the language itself. */
export const plainApp: AppSource = (endpoints) => `
interface Two { readonly a: number; readonly b: number }
${each(endpoints, (i) => `export const op${i} = async ({ a, b }: Two) => ({ v${i}: a + b });\nexport const r${i}: Promise<number> = op${i}({ a: ${i}, b: 1 }).then((r) => r.v${i});`)}
`;
