import { createGrpcServer } from '@fairlead/grpc';
import { serveRounds, usage } from '../worker.ts';
import { handlers } from './fairlead-grpc-handlers.ts';
import { repeatMethod, sumMethod } from './sum-method.ts';

// In a server of ours, with its limits, in place of one of grpc-js.
const server = createGrpcServer();
server.add({ sum: sumMethod, repeat: repeatMethod }, handlers);
const { port } = await server.listen();
serveRounds(usage, port);
