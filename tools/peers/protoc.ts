import { spawnSync } from 'node:child_process';
import { isMet } from './requirement.ts';

/** Whether the compiler of protobuf is on this machine, which also decodes any message. */
export function hasProtoc(): boolean {
  const available = spawnSync('protoc', ['--version']).status === 0;
  return isMet('a test with protoc', available, 'install protobuf-compiler');
}
