// A rival as a worker of the bench, which is built before it runs.
import { serveRounds, usage } from '../../dist/worker.js';

/** Says where the server listens; what it measures is what it uses. */
export function ready(port) {
  serveRounds(usage, port);
}

/** Connections that wait for their turn stay open. */
export const keepAliveTimeout = 600_000;

/** The work of every server: the sum, and what came beside the numbers. */
export const sum = ({ a, b, items }) => ({ v: a + b, items });
