import {
  type BrotliOptions,
  brotliCompress,
  brotliDecompress,
  constants,
  createBrotliCompress,
  createBrotliDecompress,
  createDeflate,
  createGunzip,
  createGzip,
  createInflate,
  deflate,
  gunzip,
  gzip,
  inflate,
  type ZlibOptions,
} from 'node:zlib';
import type { ContentCoding } from './content-coding.ts';

type Compressor = ReturnType<typeof createGzip> | ReturnType<typeof createBrotliCompress>;
type Decompressor = ReturnType<typeof createGunzip> | ReturnType<typeof createBrotliDecompress>;

/** What node:zlib does for one coding. */
interface Codec {
  compress(bytes: string | Uint8Array): Promise<Buffer>;
  /** Fails with `ERR_BUFFER_TOO_LARGE` where there is more than `maxBytes`, and stops there. */
  decompress(bytes: Uint8Array, maxBytes: number): Promise<Buffer>;
  createCompressor(): Compressor;
  createDecompressor(): Decompressor;
  /** Makes a compressor hand out all that it holds. */
  readonly flush: number;
}

/** Quality 11, the default, takes a hundred times as long as gzip; 4 takes as long and is smaller. */
const brotli: BrotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

/** A whole chunk of what is sent fits, so that it never waits to be read: output is no longer than input. */
const whole: ZlibOptions & { readableHighWaterMark: number } = {
  readableHighWaterMark: Number.MAX_SAFE_INTEGER,
};

/** Each coding's codec. `deflate` is the one of RFC 9110, with zlib's head. */
export const codecs: Readonly<Record<ContentCoding, Codec>> = {
  br: {
    compress: (bytes) => outcome((done) => brotliCompress(bytes, brotli, done)),
    decompress: (bytes, max) => outcome((done) => brotliDecompress(bytes, atMost(max), done)),
    createCompressor: () => createBrotliCompress({ ...brotli, ...whole }),
    createDecompressor: () => createBrotliDecompress(),
    flush: constants.BROTLI_OPERATION_FLUSH,
  },
  gzip: {
    compress: (bytes) => outcome((done) => gzip(bytes, done)),
    decompress: (bytes, max) => outcome((done) => gunzip(bytes, atMost(max), done)),
    createCompressor: () => createGzip(whole),
    createDecompressor: () => createGunzip(),
    flush: constants.Z_SYNC_FLUSH,
  },
  deflate: {
    compress: (bytes) => outcome((done) => deflate(bytes, done)),
    decompress: (bytes, max) => outcome((done) => inflate(bytes, atMost(max), done)),
    createCompressor: () => createDeflate(whole),
    createDecompressor: () => createInflate(),
    flush: constants.Z_SYNC_FLUSH,
  },
};

function atMost(maxBytes: number): ZlibOptions {
  return { maxOutputLength: Math.max(1, Math.min(maxBytes, 0x7fff_ffff)) };
}

function outcome(
  start: (done: (error: Error | null, bytes: Buffer) => void) => void,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    start((error, bytes) => (error === null ? resolve(bytes) : reject(error)));
  });
}
