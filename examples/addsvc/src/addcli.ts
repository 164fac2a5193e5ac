// The client: addcli --http-addr|--grpc-addr|--jsonrpc-addr|--consul-addr|--etcd-addr HOST:PORT [--method sum|concat] A B
import { addcli } from './cli.ts';
import { runProgram } from './program.ts';

await runProgram(async () => console.log(await addcli(process.argv.slice(2))));
