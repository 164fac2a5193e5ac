// Serves a request where there is neither a module of Node's nor its Buffer, as on a worker, and prints the answer.
import { register } from 'node:module';

const refuseBuiltins = `
  import { isBuiltin } from 'node:module';
  export function resolve(specifier, context, next) {
    if (isBuiltin(specifier) && !/node_modules\\/tsx\\//.test(context.parentURL)) throw new Error(context.parentURL + ' imports ' + specifier);
    return next(specifier, context);
  }`;
register(`data:text/javascript,${encodeURIComponent(refuseBuiltins)}`);

// Node's own Request needs it all the same, and so does what loads the sources.
const { Buffer: real } = globalThis;
const strangers = /node:internal|node_modules\/tsx\//;
Object.defineProperty(globalThis, 'Buffer', {
  get: () => (strangers.test(new Error().stack?.split('\n')[2] ?? '') ? real : undefined),
});

const { fetchHandler, jsonBody } = await import('@fairlead/http/fetch');
const sum = async ({ a, b }: { a: number; b: number }) => ({ v: a + b });
const handler = fetchHandler(sum, { decode: jsonBody<{ a: number; b: number }>() });
const headers = { 'content-type': 'application/json' };
for (const body of ['{"a":1,"b":2}', '{"a":']) {
  const response = await handler(new Request('http://a/', { method: 'POST', headers, body }));
  console.log(response.status, await response.text());
}
