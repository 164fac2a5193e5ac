export type { ConsulAgent } from './agent.ts';
export type { ConsulCheck } from './check.ts';
export { type ConsulInstancerOptions, createConsulInstancer } from './instancer.ts';
export { type ConsulRegistrarOptions, createConsulRegistrar } from './registrar.ts';
export { consulRegistration } from './registration.ts';
export type { ConsulRegistration } from './registration-document.ts';
export { type ConsulLookup, consulSource } from './source.ts';
