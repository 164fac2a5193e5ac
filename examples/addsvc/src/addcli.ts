// The client: addcli --http-addr|--grpc-addr|--jsonrpc-addr|--consul-addr|--etcd-addr HOST:PORT [--method sum|concat] A B
//   or --registry-dir PATH in place of an address
import { addcli } from './cli.ts';
import { runProgram } from './program.ts';

await runProgram(async () => console.log(await addcli(process.argv.slice(2))));
