// A rival as a worker of the bench, which is built before it runs.
export { callInParallel, parallel } from '../../dist/clients/call-in-parallel.js';

export const port = Number(process.argv[2]);
export const url = `http://127.0.0.1:${port}/sum`;
