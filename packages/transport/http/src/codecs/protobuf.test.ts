import { background, ServiceError } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { ask } from '../../test/ask.ts';
import { serve } from '../../test/hosts.ts';
import { clientOf } from '../../test/mirror.ts';
import {
  httpHandler,
  httpHeaders,
  httpStatus,
  type ProtobufType,
  protobufBody,
  protobufReply,
  protobufRequest,
} from '../index.ts';

interface Name {
  readonly name: string;
}

/** The message of one text field, as a generator would write it. */
const Name: ProtobufType<Name> = {
  encode: ({ name }) => ({
    finish: () => (name === '' ? new Uint8Array() : Buffer.from(`\x0a${lengthOf(name)}${name}`)),
  }),
  decode(bytes) {
    const name = Buffer.from(bytes.subarray(2)).toString();
    if (bytes.length > 0 && (bytes[0] !== 10 || bytes[1] !== name.length))
      throw new RangeError('index out of range');
    return { name };
  },
};

function lengthOf(text: string): string {
  return String.fromCharCode(text.length);
}

const greet = async ({ name }: Name) => ({ name: `hello ${name}` });
const handler = httpHandler(greet, {
  decode: protobufBody(Name),
  encode: protobufReply(Name),
  maxBodyBytes: 16,
});
const ada = Name.encode({ name: 'Ada' }).finish();
const codec = { encode: protobufRequest(Name), decode: protobufBody(Name) };

describe('protobuf over HTTP', () => {
  it('carries messages both ways, an empty one too', async () => {
    const { client } = await clientOf(handler);
    const call = client.endpoint({ path: '/', ...codec });
    expect(await call({ name: 'Ada' }, background)).toEqual({ name: 'hello Ada' });
    expect(await call({ name: '' }, background)).toEqual({ name: 'hello ' });
  });

  it('says what it sends and what it wants', async () => {
    let seen: unknown;
    const { client } = await clientOf((request, response) => {
      seen = [request.headers['content-type'], request.headers.accept];
      handler(request, response);
    });
    await client.endpoint({ path: '/', ...codec })({ name: 'Ada' }, background);
    expect(seen).toEqual(['application/x-protobuf', 'application/x-protobuf']);
  });

  it.each([
    undefined,
    'application/x-protobuf',
    'Application/Protobuf; messageType="x.Name"',
    'application/vnd.google.protobuf',
  ])('reads a body of type %s', async (type) => {
    const { url } = await serve(handler);
    const headers = type === undefined ? {} : { 'content-type': type };
    const answer = await ask(url, { headers, body: ada });
    expect(answer.headers['content-type']).toBe('application/x-protobuf');
    expect(answer.text).toBe('\n\thello Ada');
  });

  it.each(['application/json', 'application/x-protobuffer', ''])(
    'refuses a body of type %j with 415',
    async (type) => {
      const { url } = await serve(handler);
      const answer = await ask(url, { headers: { 'content-type': type }, body: ada });
      expect(answer).toMatchObject({
        status: 415,
        json: {
          code: 'invalid_argument',
          detail: 'unsupported content type: send application/x-protobuf',
        },
      });
    },
  );

  it('refuses what is no message, and what is too large, and says why', async () => {
    const { url } = await serve(handler);
    expect(await ask(url, { body: 'none' })).toMatchObject({
      status: 400,
      json: { detail: 'the body is not a valid protobuf message: index out of range' },
    });
    expect(await ask(url, { body: 'x'.repeat(17) })).toMatchObject({ status: 413 });
  });

  it('hands on the ServiceError of a decoder that checks more than the form', async () => {
    const strict = {
      decode(): Name {
        throw new ServiceError('out_of_range', 'too short a name');
      },
    };
    const { url } = await serve(httpHandler(greet, { decode: protobufBody(strict) }));
    expect((await ask(url, { body: ada })).json).toMatchObject({ code: 'out_of_range' });
  });

  it('takes status and headers from the response, and sends errors as problems', async () => {
    const encode = protobufReply<Name & { [httpStatus]: number; [httpHeaders]: object }>(Name);
    const marked = { name: 'Ada', [httpStatus]: 201, [httpHeaders]: { location: '/ada' } };
    expect(encode(marked)).toMatchObject({ status: 201, headers: { location: '/ada' } });
    const { client } = await clientOf(
      httpHandler(
        async () => {
          throw new ServiceError('not_found', 'nobody');
        },
        { decode: protobufBody(Name), encode: protobufReply(Name) },
      ),
    );
    await expect(
      client.endpoint({ path: '/', ...codec })({ name: 'Ada' }, background),
    ).rejects.toMatchObject({ code: 'not_found', message: 'nobody' });
  });

  it.each([
    ['no message', { 'content-type': 'application/x-protobuf' }, 'not a valid protobuf message'],
    ['another type', { 'content-type': 'text/html' }, 'unsupported content type'],
  ])(
    'a client takes a reply that is %s for the fault of the server',
    async (_, headers, reason) => {
      const { client } = await clientOf((_request, response) => {
        response.writeHead(200, headers).end('none');
      });
      await expect(
        client.endpoint({ path: '/', ...codec })({ name: 'Ada' }, background),
      ).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining(reason) });
    },
  );
});
