import { spawnSync } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './process.ts';
import { isMet } from './requirement.ts';
import { onFreePorts, type ServerProcess, startServer } from './server-process.ts';

/** Whether dnsmasq can be started on this machine. */
export function hasDnsmasq(): boolean {
  const { error } = spawnSync('dnsmasq', ['--version']);
  return isMet('dnsmasq', error === undefined, 'install Debian’s dnsmasq-base');
}

/** What a {@link Dnsmasq} answers for names below `test.`; NXDOMAIN for the others there. */
export interface DnsZone {
  /** Addresses by name. */
  readonly hosts?: Readonly<Record<string, readonly string[]>>;
  /** SRV records: `name,target,port,priority,weight`. */
  readonly srv?: readonly string[];
  /** The TTL of every record, in seconds. Default 0. */
  readonly ttl?: number;
}

/** A DNS server on loopback, for UDP and TCP. */
export interface Dnsmasq extends Omit<ServerProcess, 'restart'> {
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** Ends it where it runs, and starts it at the same port with other records. */
  restart(zone: DnsZone): Promise<void>;
}

/** Starts dnsmasq with these records, and with nothing of the machine's own. */
export function startDnsmasq(zone: DnsZone): Promise<Dnsmasq> {
  return onFreePorts(async () => {
    const [port] = await freePorts(1);
    const address = `127.0.0.1:${port}`;
    let current = zone;
    const server = await startServer({
      command: 'dnsmasq',
      arguments: (folder) => [`--port=${port}`, ...flags(folder, current)],
      prepare: (folder) => writeFile(hostsFile(folder), hostsLines(current)),
      isReady: () => answers(address),
    });
    return {
      ...server,
      address,
      async restart(changed) {
        current = changed;
        await server.restart({ keepData: false });
      },
    };
  });
}

function flags(folder: string, { srv = [], ttl = 0 }: DnsZone): string[] {
  return [
    ...['--no-daemon', '--no-resolv', '--no-hosts', '--conf-file=/dev/null', '--bind-interfaces'],
    ...['--listen-address=127.0.0.1', `--user=${userInfo().username}`, '--local=/test/'],
    ...[
      `--local-ttl=${ttl}`,
      `--addn-hosts=${hostsFile(folder)}`,
      `--host-record=${readyName},::1`,
    ],
    ...srv.map((record) => `--srv-host=${record}`),
  ];
}

/** A name that it always knows. */
const readyName = 'ready.test';

function hostsFile(folder: string): string {
  return join(folder, 'hosts');
}

function hostsLines({ hosts = {} }: DnsZone): string {
  return Object.entries(hosts)
    .flatMap(([name, addresses]) => addresses.map((address) => `${address} ${name}\n`))
    .join('');
}

async function answers(address: string): Promise<boolean> {
  const resolver = new Resolver({ timeout: 200, tries: 1 });
  resolver.setServers([address]);
  return (await resolver.resolve6(readyName)).length > 0;
}
