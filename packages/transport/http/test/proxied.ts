import type { RequestListener } from 'node:http';
import { onTestFinished } from 'vitest';
import { createReverseProxy, type ReverseProxyOptions } from '../src/index.ts';
import { serve } from './hosts.ts';

/** A target that a test plays itself, and a proxy before it; both end with the test. */
export async function proxied(
  target: RequestListener,
  options: ReverseProxyOptions = {},
  base = '',
) {
  const upstream = await serve(target);
  const proxy = createReverseProxy(upstream.url + base, options);
  const front = await serve(proxy.handler);
  onTestFinished(() => proxy.close());
  return { proxy, upstream, ...front };
}
