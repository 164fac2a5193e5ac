import type { Endpoint } from '@fairlead/endpoint';
import {
  createHttpClient,
  httpHandler,
  type ProtobufType,
  protobufBody,
  protobufReply,
  protobufRequest,
} from '@fairlead/http';
import { expectTypeOf, it } from 'vitest';
import { ConcatReply, SumReply, SumRequest } from './gen/addsvc.ts';

const sum = async ({ a, b }: SumRequest): Promise<SumReply> => ({ v: a + b, err: '' });

it('takes the message objects that ts-proto generates', () => {
  expectTypeOf(SumRequest).toExtend<ProtobufType<SumRequest>>();
  httpHandler(sum, { decode: protobufBody(SumRequest), encode: protobufReply(SumReply) });
});

it('refuses the codec of another message', () => {
  // @ts-expect-error a reply is no request
  httpHandler(sum, { decode: protobufBody(SumReply), encode: protobufReply(SumReply) });
  // @ts-expect-error the texts of concat are no sums
  httpHandler(sum, { decode: protobufBody(SumRequest), encode: protobufReply(ConcatReply) });
});

it('makes a client whose endpoint has the types of its messages', () => {
  const client = createHttpClient('http://localhost');
  const call = client.endpoint({
    path: '/sum',
    encode: protobufRequest(SumRequest),
    decode: protobufBody(SumReply),
  });
  expectTypeOf(call).toEqualTypeOf<Endpoint<SumRequest, SumReply>>();
});
