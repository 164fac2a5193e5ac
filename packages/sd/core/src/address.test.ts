import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { hostPort, readAddress, splitAddress } from './address.ts';

const normal: Readonly<Record<string, string>> = {
  '10.0.0.7:8080': '10.0.0.7:8080',
  'LocalHost:1': 'localhost:1',
  'db_1.internal.:65535': 'db_1.internal:65535',
  '[2001:DB8:0:0::0001]:80': '[2001:db8::1]:80',
  '[::1]:080': '[::1]:80',
  '[fe80::1%eth0]:80': '[fe80::1%eth0]:80',
  '[::ffff:10.0.0.7]:80': '10.0.0.7:80',
  'xn--bcher-kva.example:80': 'xn--bcher-kva.example:80',
  '1.example:80': '1.example:80',
};

const wrong: Readonly<Record<string, RegExp>> = {
  '': /no port/,
  localhost: /no port/,
  ':80': /neither an IP address nor a host name/,
  'a:0': /port must be from 1 to 65535/,
  'a:65536': /port must be/,
  'a:99999': /port must be/,
  'a:-1': /port must be/,
  'a:': /port must be/,
  'a:8o': /port must be/,
  'a:1e3': /port must be/,
  'a: 80': /port must be/,
  'a b:80': /neither/,
  '::1:80': /must stand in brackets/,
  '2001:db8::1:80': /must stand in brackets/,
  '[::1': /must stand in brackets|port/,
  '[::g]:80': /not an IPv6/,
  '[10.0.0.1]:80': /not an IPv6/,
  '0.0.0.0:80': /not an address to call/,
  '[::]:80': /not an address to call/,
  '[::ffff:0.0.0.0]:80': /not an address to call/,
  '127.1:80': /neither/,
  '2130706433:80': /neither/,
  '0x7f000001:80': /neither/,
  '127.0.0.0x1:80': /neither/,
  '256.0.0.1:80': /neither/,
  '01.2.3.4:80': /neither/,
  '-a:80': /neither/,
  'a..b:80': /neither/,
  'unix:/run/docker.sock': /port must be/,
  '/run/docker.sock:80': /neither/,
  'user@host:80': /neither/,
  'http://host:80': /must stand in brackets|neither/,
  'host:80/path': /port must be/,
  'host\r\nevil:80': /neither/,
  'bücher.example:80': /neither/,
  [`${'a'.repeat(64)}:80`]: /neither/,
  [`${'a.'.repeat(200)}a:80`]: /too long/,
};

describe('an address', () => {
  for (const [text, expected] of Object.entries(normal)) {
    it(`${text} is ${expected}`, () => {
      const { host, port } = readAddress(text);
      assert.equal(hostPort(host, port), expected);
      assert.deepEqual(splitAddress(expected), { host, port });
    });
  }

  for (const [text, why] of Object.entries(wrong)) {
    it(`R25: ${JSON.stringify(text.slice(0, 40))} is none`, () => {
      assert.throws(() => readAddress(text), why);
    });
  }
});
