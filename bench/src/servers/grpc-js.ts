import { once } from 'node:events';
import { plainSum } from './grpc-js-sum.ts';
import { serveGrpc } from './serve-grpc.ts';
import { repeats } from './sum.ts';

serveGrpc({
  sum: plainSum,
  // What a hand writes who wants nothing but speed: no cancellation, no errors.
  async repeat(call) {
    const { a, b } = call.request;
    for (let sent = 0; sent < repeats; sent++) {
      if (!call.write({ v: a + b })) await once(call, 'drain');
    }
    call.end();
  },
});
