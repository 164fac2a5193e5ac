import type { Context } from '@fairlead/endpoint';
import { pause } from '@fairlead/sd';
import type { Connection } from './connection.ts';
import { base64 } from './keys.ts';

/**
 * Asks the member of a watch for one key that is not there, until the context ends: a read that needs
 * a majority, so that a member which is dead, stopped or cut off is noticed though its watch is
 * silent. Rejects when it fails.
 */
export async function heartbeat(
  connection: Connection,
  folder: string,
  everyMs: number,
  ctx: Context,
): Promise<void> {
  const nothing = { key: base64(folder), count_only: true };
  for (;;) {
    await pause(everyMs, ctx);
    if (ctx.error !== undefined) return;
    await connection.callSame('kv/range', nothing, ctx);
  }
}
