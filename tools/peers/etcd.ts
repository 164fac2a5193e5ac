import { join } from 'node:path';
import { type ServerTls, writeTls } from './certificates.ts';
import { freePorts } from './process.ts';
import { onFreePorts, type ServerProcess, spawnServer, startServer } from './server-process.ts';
import { hasServer, serverProgram } from './servers.ts';

/** Whether tests against a real etcd can run on this machine. */
export function hasEtcd(): boolean {
  return hasServer('etcd');
}

/** What the server shall be like. */
export interface EtcdOptions {
  /** Serves TLS, and nothing without; with `clientCa` it asks for a client's certificate. */
  readonly tls?: ServerTls | undefined;
  /** More of its flags. */
  readonly flags?: readonly string[] | undefined;
}

/** A server of etcd. */
export interface Etcd extends ServerProcess {
  /** Where its API is: `127.0.0.1:port`. */
  readonly address: string;
  /** The same with `http://` or `https://`. */
  readonly url: string;
}

/** Starts one server, which is a cluster of its own. */
export function startEtcd(options: EtcdOptions = {}): Promise<Etcd> {
  return onFreePorts(async () => {
    const { spec, facts, peer } = await memberOf('alone', options);
    const flags = ['--heartbeat-interval=10', '--election-timeout=100'];
    const server = await startServer(spec([...flags, `--initial-cluster=${peer}`]));
    return { ...server, ...facts };
  });
}

/** A cluster of three, and who leads it. */
export interface EtcdCluster extends AsyncDisposable {
  readonly members: readonly Etcd[];
  /** The member that leads now; rejects where none does. */
  leader(): Promise<Etcd>;
}

/** Starts three servers that replicate to each other. */
export function startEtcdCluster(options: Omit<EtcdOptions, 'tls'> = {}): Promise<EtcdCluster> {
  return onFreePorts(async () => {
    const parts = await Promise.all(['n0', 'n1', 'n2'].map((name) => memberOf(name, options)));
    const flags = [
      '--heartbeat-interval=20',
      '--election-timeout=200',
      `--initial-cluster=${parts.map(({ peer }) => peer).join(',')}`,
    ];
    const members = await Promise.all(
      parts.map(async ({ spec, facts }) => ({ ...(await spawnServer(spec(flags))), ...facts })),
    );
    const cluster = clusterOf(members);
    try {
      await Promise.all(members.map(({ ready }) => ready()));
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return cluster;
  });
}

function clusterOf(members: readonly Etcd[]): EtcdCluster {
  return {
    members,
    async leader() {
      const leaders = await Promise.all(
        members.map(async (member) => ((await leads(member.url)) ? [member] : [])),
      );
      const [leader] = leaders.flat();
      if (leader === undefined) throw new Error('no member leads');
      return leader;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(members.map((member) => member[Symbol.asyncDispose]()));
    },
  };
}

async function memberOf(name: string, { tls, flags: more = [] }: EtcdOptions) {
  const [client, peer] = await freePorts(2);
  const address = `127.0.0.1:${client}`;
  const url = `${tls ? 'https' : 'http'}://${address}`;
  const peerUrl = `http://127.0.0.1:${peer}`;
  const [metrics] = tls ? await freePorts(1) : [client];
  const health = `http://127.0.0.1:${metrics}/health`;
  const flags = [
    `--name=${name}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    '--initial-cluster-state=new',
    '--logger=zap',
    '--log-level=warn',
    ...(tls ? [`--listen-metrics-urls=http://127.0.0.1:${metrics}`] : []),
    ...more,
  ];
  const spec = (args: readonly string[]) => ({
    command: serverProgram('etcd'),
    arguments: (folder: string) => [
      ...args,
      ...flags,
      `--data-dir=${join(folder, 'data')}`,
      ...(tls ? tlsFlags(folder, tls.clientCa !== undefined) : []),
    ],
    isReady: (signal: AbortSignal) => isHealthy(health, signal),
    prepare: (folder: string) => writeTls(folder, tls),
  });
  return { spec, facts: { address, url }, peer: `${name}=${peerUrl}` };
}

function tlsFlags(folder: string, verifiesClients: boolean): string[] {
  return [
    `--cert-file=${join(folder, 'cert.pem')}`,
    `--key-file=${join(folder, 'key.pem')}`,
    ...(verifiesClients
      ? ['--client-cert-auth', `--trusted-ca-file=${join(folder, 'ca.pem')}`]
      : []),
  ];
}

async function isHealthy(url: string, signal: AbortSignal): Promise<boolean> {
  const response = await fetch(url, { signal });
  return (await response.text()).includes('"health":"true"');
}

/** Of a member that does not answer: no. */
async function leads(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/v3/maintenance/status`, {
      method: 'POST',
      body: '{}',
      signal: AbortSignal.timeout(1000),
    });
    const status: unknown = await response.json();
    // A document of etcd's, of which the two members are checked by comparing them.
    const { leader, header } = status as { leader?: string; header?: { member_id?: string } };
    return leader !== undefined && leader === header?.member_id;
  } catch {
    return false;
  }
}
