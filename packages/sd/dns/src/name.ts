import { isIP } from 'node:net';

/** Throws a `TypeError` unless this is a name that DNS can be asked for. */
export function checkName(name: string): void {
  if (isIP(name) !== 0) {
    throw new TypeError(`${name} is an address, which needs no DNS: list it as a fixed instance`);
  }
  if (!/^[^\s.:]{1,63}(\.[^\s.:]{1,63})*\.?$/.test(name) || name.length > 254) {
    throw new TypeError(
      `the name must be like _add._tcp.example.com or add.example.com, but is ${String(name)}`,
    );
  }
}
