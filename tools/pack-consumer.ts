// tools/pack.test.ts appends this file to the consumer that it installs the packed packages for:
// a first service, as a user would write it.
export {};
