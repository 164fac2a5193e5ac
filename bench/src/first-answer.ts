import { request } from 'node:http';
import { startWorker, type Worker } from './worker-process.ts';

/** A process that has answered once. */
export interface Started extends AsyncDisposable {
  readonly worker: Worker;
  /** From the start of the process to the end of its first answer. */
  readonly ms: number;
}

interface How {
  readonly node: string;
  readonly path: string;
  readonly args?: readonly (string | number)[];
}

/** Starts a server, and asks it once. */
export async function firstAnswer(
  script: string,
  { node, path, args = [] }: How,
): Promise<Started> {
  const start = performance.now();
  const worker = await startWorker(script, { node, cpu: 'subject', args });
  await new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const options = { port: worker.port, path, method: 'POST', headers, agent: false };
    request(options, (reply) => reply.resume().once('end', resolve))
      .once('error', reject)
      .end('{"a":1,"b":2}');
  });
  const ms = performance.now() - start;
  return { worker, ms, [Symbol.asyncDispose]: () => worker.close() };
}
