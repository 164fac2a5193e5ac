import { serveMoleculer } from './moleculer-of.mjs';

await serveMoleculer({});
