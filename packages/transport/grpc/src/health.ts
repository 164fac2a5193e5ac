import type {
  Server,
  ServerUnaryCall,
  ServerWritableStream,
  StatusObject,
  sendUnaryData,
} from '@grpc/grpc-js';
import {
  type CheckRequest,
  readCheckRequest,
  type ServingStatus,
  writeCheckResponse,
  writeListResponse,
} from './health-messages.ts';
import { statusOfCode } from './status.ts';

/** What a server says of a service. */
export type GrpcHealthStatus = 'serving' | 'not_serving';

/** What a server says of its services to those who check (`grpc.health.v1.Health`). */
export interface GrpcHealth {
  /**
   * Says how a service is, by the name it has in paths (`pb.Add`); the empty name stands for the
   * whole server. Names may be made up, as no service need have them. Those who watch are told at
   * once, where it is a change. Without effect once the server closes.
   */
  set(service: string, status: GrpcHealthStatus): void;
}

/** The health of a server that has a life. */
export interface HealthService extends GrpcHealth {
  /** Lets the server answer. */
  addTo(server: Server): void;
  /** A service is there: it serves, if nothing else was set. */
  added(service: string): void;
  /**
   * From now on nothing serves. Fulfilled when all who watch have been told and their calls are over;
   * undefined where nobody does.
   */
  shutDown(): Promise<void> | undefined;
}

type CheckCall = ServerUnaryCall<CheckRequest, Buffer>;
type WatchCall = ServerWritableStream<CheckRequest, Buffer>;

const servicePath = '/grpc.health.v1.Health';

/** Longer than any name of a service. A watch keeps the name, so nobody may have it keep more. */
const maxNameLength = 1024;

/** Makes the health of a server, of which only the whole is known, and serves. */
export function createHealth(): HealthService {
  const statuses = new Map<string, GrpcHealthStatus>([['', 'serving']]);
  const watches = new Set<Watch>();
  let isShutDown = false;

  function change(service: string, status: GrpcHealthStatus): void {
    statuses.set(service, status);
    for (const watch of watches) if (watch.service === service) watch.tell(status);
  }

  function set(service: string, status: GrpcHealthStatus): void {
    if (status !== 'serving' && status !== 'not_serving') {
      throw new TypeError(`a health status must be 'serving' or 'not_serving', but is ${status}`);
    }
    if (!isShutDown) change(service, status);
  }

  function check({ request }: CheckCall, callback: sendUnaryData<Buffer>): void {
    const status = statuses.get(request.service);
    if (status === undefined) callback(unknownService);
    else callback(null, writeCheckResponse(status));
  }

  function startWatch(call: WatchCall): void {
    if (call.request.service.length > maxNameLength) {
      call.emit('error', unknownService);
      return;
    }
    const watch = new Watch(call);
    watches.add(watch);
    void watch.over.then(() => watches.delete(watch));
    watch.tell(statuses.get(call.request.service) ?? 'service_unknown');
    if (isShutDown) watch.end();
  }

  function addTo(server: Server): void {
    const read = readCheckRequest;
    server.register(`${servicePath}/Check`, check, asIs, read, 'unary');
    server.register(`${servicePath}/Watch`, startWatch, asIs, read, 'serverStream');
    const list = (_call: unknown, callback: sendUnaryData<Buffer>): void =>
      callback(null, writeListResponse(statuses));
    server.register(`${servicePath}/List`, list, asIs, asIs, 'unary');
  }

  return {
    set,
    addTo,
    added(service) {
      if (!statuses.has(service)) set(service, 'serving');
    },
    shutDown() {
      isShutDown = true;
      for (const service of statuses.keys()) change(service, 'not_serving');
      if (watches.size === 0) return undefined;
      const all = [...watches];
      for (const watch of all) watch.end();
      return Promise.all(all.map(({ over }) => over)).then(() => {});
    },
  };
}

const unknownService: Partial<StatusObject> = {
  code: statusOfCode('not_found'),
  details: 'nothing is known of the health of this service',
};

/** One who watches a service, to whom one message at a time is sent: what was true meanwhile is left out. */
class Watch {
  readonly service: string;
  /** Fulfilled when the call has ended, whoever ended it. */
  readonly over: Promise<void>;
  readonly #call: WatchCall;
  #sent: ServingStatus | undefined;
  #latest: ServingStatus | undefined;
  #isSending = false;
  #isEnding = false;

  constructor(call: WatchCall) {
    this.#call = call;
    this.service = call.request.service;
    // For grpc-js every call that is over is cancelled.
    this.over = new Promise((resolve) => call.once('cancelled', () => resolve()));
  }

  tell(status: ServingStatus): void {
    this.#latest = status;
    this.#send();
  }

  /** Ends the call, after what is still to be told. */
  end(): void {
    this.#isEnding = true;
    this.#send();
  }

  #send(): void {
    const status = this.#latest;
    if (this.#isSending || this.#call.cancelled) return;
    if (status !== undefined && status !== this.#sent) {
      this.#sent = status;
      this.#isSending = true;
      this.#call.write(writeCheckResponse(status), () => {
        this.#isSending = false;
        this.#send();
      });
    } else if (this.#isEnding) {
      this.#call.emit('error', shuttingDown);
    }
  }
}

const shuttingDown: Partial<StatusObject> = {
  code: statusOfCode('unavailable'),
  details: 'the server is shutting down',
};

function asIs(bytes: Buffer): Buffer {
  return bytes;
}
