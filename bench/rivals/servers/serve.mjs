// A rival as a worker of the bench, which is built before it runs.
import { cpuUs, serveRounds } from '../../dist/worker.js';

/** Says where the server listens; what it measures is the CPU time that it has used so far. */
export function ready(port) {
  serveRounds(() => ({ cpuUs: cpuUs() }), port);
}

/** Connections that wait for their turn stay open. */
export const keepAliveTimeout = 600_000;

/** The work of every server: the sum, and what came beside the numbers. */
export const sum = ({ a, b, items }) => ({ v: a + b, items });
