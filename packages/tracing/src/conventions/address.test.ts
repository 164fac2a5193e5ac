import { expect, it } from 'vitest';
import { addAddress } from './address.ts';

it.each([
  ['example.com:8080', { address: 'example.com', port: 8080 }],
  ['example.com', { address: 'example.com' }],
  ['127.0.0.1:80', { address: '127.0.0.1', port: 80 }],
  ['[::1]:80', { address: '::1', port: 80 }],
  ['[::1]', { address: '::1' }],
  ['::ffff:127.0.0.1', { address: '::ffff:127.0.0.1' }],
  ['/tmp/socket', { address: '/tmp/socket' }],
  ['', {}],
  [undefined, {}],
])('%s is the address and the port', (peer, expected) => {
  const attributes = {};
  addAddress(attributes, { address: 'address', port: 'port' }, peer);
  expect(attributes).toEqual(expected);
});
