import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, credentials, type MethodDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AddService } from '../gen/add.ts';
import { createGrpcServer, grpcHandler } from './index.ts';

interface Answer {
  readonly listServicesResponse?: { readonly service: readonly { readonly name: string }[] };
  readonly fileDescriptorResponse?: { readonly fileDescriptorProto: readonly Buffer[] };
  readonly errorResponse?: { readonly errorCode: number };
}

const reflectionHome = dirname(createRequire(import.meta.url).resolve('@grpc/reflection'));
// Sound: the file has it.
const { ServerReflectionInfo: method } = loadSync(
  join(reflectionHome, '../proto/grpc/reflection/v1/reflection.proto'),
)['grpc.reflection.v1.ServerReflection'] as unknown as Record<
  'ServerReflectionInfo',
  MethodDefinition<object, Answer>
>;

/** Asks a server about itself, as grpcurl does. */
function ask(target: string, request: object): Promise<Answer> {
  const client = new Client(target, credentials.createInsecure());
  onTestFinished(() => client.close());
  const { path, requestSerialize, responseDeserialize } = method;
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  return new Promise((resolve, reject) => {
    call.once('data', resolve).once('error', reject);
    call.end(request);
  });
}

describe('reflection, with @grpc/reflection on the server of grpc-js', () => {
  async function serve(): Promise<string> {
    const server = createGrpcServer();
    onTestFinished(() => server.close({ graceMs: 0 }));
    server.add(AddService, {
      sum: grpcHandler(AddService.sum, async ({ a, b }) => ({ v: a + b })),
      concat: grpcHandler(AddService.concat, async ({ a, b }) => ({ v: a + b })),
      count: (call) => call.end(),
    });
    const proto = fileURLToPath(new URL('../gen/add.proto', import.meta.url));
    new ReflectionService(loadSync(proto)).addToServer(server.server);
    const { host, port } = await server.listen();
    return `${host}:${port}`;
  }

  it('lists the services', async () => {
    const { listServicesResponse } = await ask(await serve(), { listServices: '*' });
    expect(listServicesResponse?.service).toEqual([{ name: 'pb.Add' }]);
  });

  it('describes them', async () => {
    const request = { fileContainingSymbol: 'pb.Add' };
    const { fileDescriptorResponse } = await ask(await serve(), request);
    const [file] = fileDescriptorResponse?.fileDescriptorProto ?? [];
    expect(file?.toString('latin1')).toContain('ConcatRequest');
  });

  it('says what it does not know', async () => {
    const { errorResponse } = await ask(await serve(), { fileContainingSymbol: 'pb.Other' });
    expect(errorResponse?.errorCode).toBe(5);
  });
});
