import type { Instancer } from '@fairlead/sd';
import { createDnsInstancer, dnsSource } from './index.ts';

export const bySrv: Instancer = createDnsInstancer({ srv: '_add._tcp.test', priorities: 2 });
export const byHost: Instancer = createDnsInstancer({ host: 'add.test', port: 80, confirmMs: 0 });

// @ts-expect-error DNS does not say the port of a host
createDnsInstancer({ host: 'add.test' });
// @ts-expect-error one or the other
dnsSource({ srv: '_add._tcp.test', host: 'add.test', port: 80 });
// @ts-expect-error one family at a time
dnsSource({ host: 'add.test', port: 80, family: 0 });
// @ts-expect-error something must be looked up
dnsSource({ servers: ['127.0.0.1'] });
