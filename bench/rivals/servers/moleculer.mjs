import { ServiceBroker } from 'moleculer';
import ApiGateway from 'moleculer-web';
import { keepAliveTimeout, ready, sum } from './serve.mjs';

const broker = new ServiceBroker({ logger: false });
broker.createService({ name: 'add', actions: { sum: ({ params }) => sum(params) } });
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
