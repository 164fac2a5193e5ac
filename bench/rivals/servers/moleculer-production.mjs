import { serveMoleculer } from './moleculer-of.mjs';

await serveMoleculer({
  circuitBreaker: { enabled: true },
  metrics: { enabled: true, reporter: [] },
  tracing: { enabled: true, exporter: [] },
  requestTimeout: 10_000,
});
