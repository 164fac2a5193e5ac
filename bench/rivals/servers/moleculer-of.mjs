import { ServiceBroker } from 'moleculer';
import ApiGateway from 'moleculer-web';
import { keepAliveTimeout, ready, sum } from './serve.mjs';

/** A broker with these options, and its gateway. */
export async function serveMoleculer(options) {
  const broker = new ServiceBroker({ logger: false, ...options });
  const params = { a: 'number|integer', b: 'number|integer', $$strict: false };
  broker.createService({
    name: 'add',
    actions: { sum: { params, handler: (ctx) => sum(ctx.params) } },
  });
  const gateway = broker.createService({
    mixins: [ApiGateway],
    settings: {
      port: 0,
      ip: '127.0.0.1',
      routes: [{ aliases: { 'POST /sum': 'add.sum' }, bodyParsers: { json: true } }],
    },
  });
  await broker.start();
  gateway.server.keepAliveTimeout = keepAliveTimeout;
  ready(gateway.server.address().port);
}
