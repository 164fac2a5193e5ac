// One instance, a process of its own: serves over everything, and goes when it is told to, without a call lost.
import { setTimeout as delay } from 'node:timers/promises';
import { systemRandom } from '@fairlead/endpoint';
import { createHealth, healthListener } from '@fairlead/health';
import { createHttpServer } from '@fairlead/http';
import { createDrain, run, signals } from '@fairlead/run';
import type { Started } from '../chaos/instance.ts';
import { rollingRegistrar } from './registry.ts';
import {
  createRollingGrpcServer,
  type RollingService,
  rollingHttpHandler,
  streamLength,
} from './service.ts';

/** What an instance is told at its start, as JSON in its only argument. */
export interface RollingSetup {
  readonly name: string;
  /** The directory that is the registry. */
  readonly registry: string;
  /** Whether it drains at all: without, the proof must fail. */
  readonly drains: boolean;
}

const workMs = { least: 2, spread: 20 };
const messageEveryMs = 20;
/** The proof does not wait as long as a real network needs. */
const propagationMs = 3000;

const service: RollingService = {
  async echo(request) {
    await delay(workMs.least + workMs.spread * systemRandom());
    return request;
  },
  async count({ id }, { signal }) {
    return (async function* () {
      for (let n = 0; n < streamLength; n++) {
        await delay(messageEveryMs, undefined, { signal });
        yield { id };
      }
    })();
  },
};

async function serve({ registry, drains }: RollingSetup): Promise<void> {
  // Whatever becomes of the parent, nothing is left of this process.
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C reaches the whole group: the parent decides.
  process.on('SIGINT', () => {});
  const health = createHealth();
  const handler = rollingHttpHandler(service);
  const probes = createHttpServer(healthListener(health));
  const http = createHttpServer(handler, { http2: true });
  const grpc = createRollingGrpcServer(service);
  const [atHttp, atGrpc, atProbes] = [
    await http.listen(),
    await grpc.listen(),
    await probes.listen(),
  ];
  const started: Started = {
    address: `${atHttp.host}:${atHttp.port}`,
    grpc: `${atGrpc.host}:${atGrpc.port}`,
    probes: `${atProbes.host}:${atProbes.port}`,
  };
  const registrar = rollingRegistrar(registry, {
    address: started.address,
    metadata: { grpc: started['grpc'] ?? '' },
  });
  await registrar.register();
  process.send?.(started);
  const drain = drains
    ? createDrain({
        unready: [() => health.setReady(false, 'draining')],
        registrars: [registrar],
        propagationMs,
        servers: [http, grpc],
        // Probes are answered to the end.
        close: [() => probes.close()],
      })
    : createDrain({
        servers: [http, grpc],
        graceMs: 0,
        close: [() => registrar.close(), () => probes.close()],
      });
  await run([signals({ signals: ['SIGTERM'] })], { drain });
  // Nothing else may keep the process: that it ends is a part of the proof.
  process.removeAllListeners('disconnect');
  process.disconnect?.();
}

await serve(JSON.parse(process.argv[2] ?? '') as RollingSetup);
