import { type Endpoint, ServiceError } from '@fairlead/endpoint';

export interface SumRequest {
  readonly a: number;
  readonly b: number;
}

export interface SumResponse {
  readonly v: number;
}

export interface ConcatRequest {
  readonly a: string;
  readonly b: string;
}

export interface ConcatResponse {
  readonly v: string;
}

/** What addsvc can do. The server has one, and every client is one. */
export interface AddService {
  readonly sum: Endpoint<SumRequest, SumResponse>;
  readonly concat: Endpoint<ConcatRequest, ConcatResponse>;
}

const maxInt32 = 2_147_483_647;
const minInt32 = -2_147_483_648;
const maxConcatBytes = 10;

/** The business, and nothing else: plain functions with Go kit's rules and texts. */
export const addService: AddService = {
  async sum({ a, b }) {
    if (a === 0 && b === 0) throw new ServiceError('invalid_argument', "can't sum two zeroes");
    const v = a + b;
    const isExact = Number.isSafeInteger(a) && Number.isSafeInteger(b);
    if (!isExact || v > maxInt32 || v < minInt32) {
      throw new ServiceError('out_of_range', 'integer overflow');
    }
    return { v };
  },

  async concat({ a, b }) {
    const v = a + b;
    if (Buffer.byteLength(v) > maxConcatBytes) {
      throw new ServiceError('invalid_argument', 'result exceeds maximum size');
    }
    return { v };
  },
};
