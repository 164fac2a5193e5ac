import { statfs } from 'node:fs/promises';
import { checkNumber } from '@fairlead/endpoint';
import type { CheckResult } from '../check.ts';

/** What is known of a file system: blocks and their size in bytes, as Node's `statfs` has it. */
export interface FileSystemUse {
  readonly bsize: number;
  readonly blocks: number;
  readonly bavail: number;
}

/** When a disk is full. */
export interface DiskSpaceOptions {
  /** Down where less is free than this share of the disk, from 0 to 1. Default 0.05. */
  readonly minFreeShare?: number | undefined;
  /** Down where less is free than so many bytes. Default 0: the share alone counts. */
  readonly minFreeBytes?: number | undefined;
  /** Default: Node's `statfs`. */
  readonly statfs?: ((path: string) => Promise<FileSystemUse>) | undefined;
}

/**
 * A check of the room on the disk that holds a path: for those who write there. Down where there is
 * too little, degraded where there is less than twice of that.
 */
export function diskSpace(
  path: string,
  options: DiskSpaceOptions = {},
): () => Promise<CheckResult> {
  const { statfs: look = (at: string) => statfs(at) } = options;
  const minFreeShare = checkNumber('minFreeShare', options.minFreeShare ?? 0.05, { max: 1 });
  const minFreeBytes = checkNumber('minFreeBytes', options.minFreeBytes ?? 0);
  return async () => {
    const { bsize, blocks, bavail } = await look(path);
    const [freeBytes, totalBytes] = [bsize * bavail, bsize * blocks];
    const needed = Math.max(minFreeBytes, minFreeShare * totalBytes);
    const data = { freeBytes, totalBytes };
    if (freeBytes >= 2 * needed) return { status: 'up', data };
    const message = `${Math.round((100 * freeBytes) / Math.max(1, totalBytes))} % of the disk are free`;
    return { status: freeBytes < needed ? 'down' : 'degraded', message, data };
  };
}
