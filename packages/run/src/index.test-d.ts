import type { GrpcServer } from '@fairlead/grpc';
import type { HttpServer } from '@fairlead/http';
import type { Registrar } from '@fairlead/sd';
import type { MemoryServer } from '@fairlead/transport';
import { createDrain, run, serverActor, signals } from './index.ts';

declare const http: HttpServer;
declare const grpc: GrpcServer;
declare const memory: MemoryServer<object>;
declare const registrar: Registrar;

// Servers and registrars are ours elsewhere: by their shape alone.
const drain = createDrain({ servers: [http, grpc, memory], registrars: [registrar] });
const one = serverActor('http', http, { listen: { port: 8080 }, onListening: ({ port }) => port });
const two = serverActor('grpc', grpc);
void run([signals(), one, two], { drain });

// @ts-expect-error: a port is a number.
serverActor('http', http, { listen: { port: '8080' } });
// @ts-expect-error: a memory server listens nowhere.
serverActor('memory', memory);
// @ts-expect-error: no such signal.
signals({ signals: ['SIGNOTHING'] });
