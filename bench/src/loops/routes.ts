import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { route, routes } from '@fairlead/http';
import { serveRounds } from '../worker.ts';
import { timeBatches } from './time-batches.ts';

const size = Number(process.argv[2]);
const decode = (): undefined => undefined;
const numbers = Array.from({ length: size }, (_, i) => i);
const handler = routes(
  numbers.map((i) => route('POST', `/area-${i}/things/:id`, async () => i, { decode })),
);

/** Asks for the methods of a path: a lookup, and an answer that goes nowhere. */
class Answer extends ServerResponse {
  count = 0;
  override writeHead(): this {
    this.count++;
    return this;
  }
  override end(): this {
    return this;
  }
}

const request = new IncomingMessage(new Socket());
request.method = 'OPTIONS';
const answer = new Answer(request);

const paths = numbers.map((i) => `/area-${i}/things/${i}`);
const ten = numbers.filter((i) => i % (size / 10) === 0).map((i) => paths[i] ?? '');

function lookUp(among: readonly string[]): (calls: number) => Promise<void> {
  let next = 0;
  return async (calls) => {
    for (let i = 0; i < calls; i++) {
      request.url = among[next++ % among.length] ?? '';
      handler(request, answer);
    }
  };
}

const [lookUpTen, lookUpAll] = [lookUp(ten), lookUp(paths)];
handler(Object.assign(request, { url: paths[0] }), answer);
if (answer.count !== 1) throw new Error('the request was not answered');

serveRounds(async (ms) => ({
  ten: await timeBatches(lookUpTen, ms / 2),
  all: await timeBatches(lookUpAll, ms / 2),
}));
