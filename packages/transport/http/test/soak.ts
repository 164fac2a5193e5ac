// Calls a server in the same process many times under one signal, closes both, and prints what is left.
// It must then end by itself.
import { createContext } from '@fairlead/endpoint';
import { createHttpClient, createHttpServer, httpHandler, jsonBody } from '../src/index.ts';
import { whatIsLeft } from './handles.ts';
import { heldBytes } from './held-bytes.ts';

const calls = Number(process.argv[2]);
const atOnce = 50;

const { signal } = new AbortController();
let listeners = 0;
const { addEventListener, removeEventListener } = signal;
signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
  listeners++;
  addEventListener.apply(signal, args);
};
signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
  listeners--;
  removeEventListener.apply(signal, args);
};

const server = createHttpServer(
  httpHandler(async ({ a, b }: { a: number; b: number }) => ({ v: a + b }), {
    decode: jsonBody<{ a: number; b: number }>(),
    timeoutMs: 60_000,
  }),
);
const { port } = await server.listen();
const client = createHttpClient(`http://127.0.0.1:${port}`, { connections: atOnce });
const sum = client.endpoint<{ a: number; b: number }, { v: number }>({ path: '/sum' });
const parent = createContext({ signal });

let wrong = 0;
async function worker(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const { v } = await sum({ a: i, b: 1 }, parent);
    if (v !== i + 1) wrong++;
  }
}

async function round(count: number): Promise<number> {
  await Promise.all(Array.from({ length: atOnce }, () => worker(count / atOnce)));
  return heldBytes();
}

await round(calls / 4);
const before = await round(calls / 4);
const after = await round(calls / 2);

await client.close();
await server.close();
const resources = await whatIsLeft();
process.stdout.write(JSON.stringify({ wrong, listeners, grown: after - before, resources }));
