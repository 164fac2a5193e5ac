import { isIP } from 'node:net';

/** Hands back a name that DNS can be asked for, or throws a `TypeError` that says what is wrong with it. */
export function checkName(option: string, name: string): string {
  if (isIP(name) !== 0) {
    throw new TypeError(
      `${option} is the address ${name}, which needs no DNS: use staticInstancer`,
    );
  }
  if (/^[^\s.:]{1,63}(\.[^\s.:]{1,63})*\.?$/.test(name) && name.length <= 254) return name;
  throw new TypeError(
    `${option} must be a name like _add._tcp.example.com or add.example.com, but is ${String(name)}`,
  );
}
