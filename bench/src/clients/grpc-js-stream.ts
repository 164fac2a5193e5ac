import { Client, type ClientReadableStream, credentials } from '@grpc/grpc-js';
import type { SumResponse } from '../servers/sum.ts';
import { repeatMethod } from '../servers/sum-method.ts';
import { readInParallel } from './call-in-parallel.ts';

const [, , port, how = 'events'] = process.argv;
const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
const { path, requestSerialize, responseDeserialize } = repeatMethod;

function repeat(): ClientReadableStream<SumResponse> {
  const options = { deadline: Date.now() + 10_000 };
  const request = { a: 1, b: 2 };
  return client.makeServerStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    request,
    options,
  );
}

/** As a hand writes it who wants the stream to be read at the pace of its reader. */
async function readByIterating(show: (v: number) => void): Promise<void> {
  for await (const { v } of repeat()) show(v);
}

/** As one writes it who wants nothing but speed. */
function readByEvents(show: (v: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = repeat();
    stream.on('data', ({ v }: SumResponse) => show(v));
    stream.on('error', reject);
    stream.on('end', resolve);
  });
}

readInParallel(how === 'events' ? readByEvents : readByIterating);
