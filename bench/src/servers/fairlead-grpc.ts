import { handlers } from './fairlead-grpc-handlers.ts';
import { serveGrpc } from './serve-grpc.ts';

serveGrpc(handlers);
