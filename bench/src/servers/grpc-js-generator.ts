import { once } from 'node:events';
import { plainSum } from './grpc-js-sum.ts';
import { serveGrpc } from './serve-grpc.ts';
import { repeated } from './sum.ts';

serveGrpc({
  sum: plainSum,
  async repeat(call) {
    for await (const message of repeated(call.request)) {
      if (!call.write(message)) await once(call, 'drain');
    }
    call.end();
  },
});
