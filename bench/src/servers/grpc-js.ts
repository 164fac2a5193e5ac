import { serveGrpc } from './serve-grpc.ts';

serveGrpc(({ request: { a, b } }, callback) => callback(null, { v: a + b }));
