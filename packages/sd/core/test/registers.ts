// A process that registers itself in a directory registry: path, address, ttlMs. It ends when it is told or killed.
import { createDirectoryRegistry } from '../src/directory/registry.ts';

const [path = '', address = '', ttlMs = ''] = process.argv.slice(2);
const registry = createDirectoryRegistry(path, { ttlMs: Number(ttlMs) });
const registrar = registry.registrar('addsvc', address);
await registrar.register();
process.stdout.write('registered\n');
process.once('SIGTERM', () => void registrar.close());
