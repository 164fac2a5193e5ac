import { join } from 'node:path';
import { type ServerTls, writeTls } from './certificates.ts';
import { freePorts } from './process.ts';
import { onFreePorts, type ServerProcess, spawnServer, startServer } from './server-process.ts';
import { hasServer, serverProgram } from './servers.ts';

/** Whether tests against a real Consul can run on this machine. */
export function hasConsul(): boolean {
  return hasServer('consul');
}

/** What the agent shall be like. */
export interface ConsulOptions {
  /** Forgets everything when it ends, as `-dev` does. Default false: a server of one with data on disk. */
  readonly inMemory?: boolean | undefined;
  /** Denies what no token allows; {@link Consul.token} may do everything. */
  readonly acl?: boolean | undefined;
  /** Serves TLS at {@link Consul.tlsUrl}; with `clientCa` it asks for a client's certificate. */
  readonly tls?: ServerTls | undefined;
  /** More of its configuration language. */
  readonly hcl?: readonly string[] | undefined;
}

/** An agent of Consul that serves. */
export interface Consul extends ServerProcess {
  /** Where its HTTP API is: `127.0.0.1:port`. */
  readonly address: string;
  readonly url: string;
  /** Its HTTP API over TLS, where that was asked for. */
  readonly tlsUrl: string | undefined;
  /** The token that may do everything, with `acl`. */
  readonly token: string | undefined;
}

/** Starts one agent, which is a server of its own. */
export function startConsul(options: ConsulOptions = {}): Promise<Consul> {
  return onFreePorts(async () => {
    const agent = await agentOf('alone', options);
    const start = options.inMemory ? ['-dev'] : ['-server', '-bootstrap-expect=1', ...fastTimers];
    const server = await startServer(agent.spec([...start, ...agent.flags]));
    return { ...server, ...agent.facts };
  });
}

/** A cluster, and who leads it. */
export interface ConsulCluster extends AsyncDisposable {
  readonly members: readonly Consul[];
  /** The member that leads now; rejects where none does or that member is dead. */
  leader(): Promise<Consul>;
}

/** Timers that elect a leader within a second or two instead of ten. */
const fastTimers = [
  '-hcl=performance{raft_multiplier=1}',
  '-hcl=gossip_lan{gossip_interval="20ms" probe_interval="100ms" probe_timeout="50ms" suspicion_mult=2}',
];

/** Starts three servers that replicate to each other. */
export function startConsulCluster(
  options: Omit<ConsulOptions, 'inMemory'> = {},
): Promise<ConsulCluster> {
  return onFreePorts(async () => {
    const agents = await Promise.all(['n0', 'n1', 'n2'].map((name) => agentOf(name, options)));
    const join = agents.map(({ serfPort }) => `-retry-join=127.0.0.1:${serfPort}`);
    const common = ['-server', '-bootstrap-expect=3', '-retry-interval=200ms', ...join];
    const members = await Promise.all(
      agents.map(async ({ spec, flags, facts }) => ({
        ...(await spawnServer(spec([...common, ...fastTimers, ...flags]))),
        ...facts,
      })),
    );
    const cluster = clusterOf(members, agents);
    try {
      await Promise.all(members.map(({ ready }) => ready()));
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return cluster;
  });
}

function clusterOf(members: readonly Consul[], agents: readonly Agent[]): ConsulCluster {
  return {
    members,
    async leader() {
      const answers = members.map(({ url, token }) =>
        leaderAt(url, token, AbortSignal.timeout(1000)),
      );
      const address = await Promise.any(answers);
      const leader =
        members[agents.findIndex(({ raftPort }) => address === `127.0.0.1:${raftPort}`)];
      if (leader === undefined) throw new Error(`no member is the leader ${address}`);
      return leader;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(members.map((member) => member[Symbol.asyncDispose]()));
    },
  };
}

type Agent = Awaited<ReturnType<typeof agentOf>>;

async function agentOf(name: string, { acl, tls, hcl = [] }: ConsulOptions) {
  const [http, https, raft, serf] = await freePorts(4);
  const address = `127.0.0.1:${http}`;
  const url = `http://${address}`;
  const token = acl ? '11111111-2222-3333-4444-555555555555' : undefined;
  const flags = [
    `-node=${name}`,
    '-bind=127.0.0.1',
    '-client=127.0.0.1',
    `-http-port=${http}`,
    `-server-port=${raft}`,
    `-serf-lan-port=${serf}`,
    '-serf-wan-port=-1',
    '-dns-port=-1',
    '-grpc-port=-1',
    '-disable-host-node-id',
    '-log-level=warn',
    ...hcl.map((text) => `-hcl=${text}`),
  ];
  if (acl) {
    flags.push(
      `-hcl=acl{enabled=true default_policy="deny" tokens{master="${token}" agent="${token}"}}`,
    );
  }
  if (tls) flags.push(`-https-port=${https}`);
  const spec = (args: readonly string[]) => ({
    command: serverProgram('consul'),
    arguments: (folder: string) => [
      'agent',
      ...args,
      ...(args.includes('-dev') ? [] : [`-data-dir=${join(folder, 'data')}`]),
      ...(tls ? tlsFlags(folder, tls.clientCa !== undefined) : []),
    ],
    isReady: (signal: AbortSignal) => serves(url, token, signal),
    prepare: (folder: string) => writeTls(folder, tls),
  });
  const tlsUrl = tls && `https://127.0.0.1:${https}`;
  return { spec, flags, facts: { address, url, tlsUrl, token }, raftPort: raft, serfPort: serf };
}

function tlsFlags(folder: string, verifiesClients: boolean): string[] {
  const file = (name: string) => JSON.stringify(join(folder, name));
  return [
    `-hcl=cert_file=${file('cert.pem')} key_file=${file('key.pem')}`,
    ...(verifiesClients ? [`-hcl=ca_file=${file('ca.pem')} verify_incoming_https=true`] : []),
  ];
}

/** A leader alone is not enough: the agent answers 500 to writes for a moment longer. */
async function serves(
  url: string,
  token: string | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  if ((await leaderAt(url, token, signal)) === '') return false;
  const headers = tokenHeader(token);
  const written = await fetch(`${url}/v1/kv/ready`, { method: 'PUT', body: '1', headers, signal });
  await written.text();
  if (!written.ok) return false;
  const node = await fetch(`${url}/v1/catalog/nodes`, { headers, signal });
  return node.ok && (await node.text()).includes('127.0.0.1');
}

async function leaderAt(
  url: string,
  token: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  const response = await fetch(`${url}/v1/status/leader`, { headers: tokenHeader(token), signal });
  return String(await response.json());
}

function tokenHeader(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { 'x-consul-token': token };
}
