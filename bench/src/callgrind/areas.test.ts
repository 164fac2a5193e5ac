import { expect, test } from 'vitest';
import { areasOf } from './areas.ts';

const perfMap = `18c4000 300 Builtin:DeoptimizationEntry_Eager
d0ec440 100 JS:~gone node:internal/gone:1:1
d0ec400 200 JS:*run file:///a/packages/transport/core/dist/server.js:48:30
d0ed000 80 JS:*get node:_http_incoming:109:16
d0ed100 80 JS:*parse /a/node_modules/.pnpm/x@1/node_modules/x/index.js:129:16
d0ed200 80 RegExp:^[a-z]+$
`;

test('tells compiled JavaScript apart by the map, the code that came last where two lay in one place', () => {
  const functions = new Map([
    ['0x000000000d0ec440', 1],
    ['0x000000000d0ec5ff', 2],
    ['0x000000000d0ed000', 10],
    ['0x000000000d0ed180', 100],
    ['0x000000000d0ed17f', 200],
    ['0x000000000d0ed210', 1000],
    ['Builtins_LoadIC', 2000],
    ['v8::Function::Call(v8::Local<v8::Context>)', 10_000],
    ['malloc', 20_000],
  ]);
  expect(areasOf(functions, perfMap)).toEqual(
    new Map([
      ['our JavaScript', 3],
      ["Node's JavaScript", 10],
      ['other JavaScript', 300],
      ["V8's built-in functions", 3000],
      ['C++ of V8 and Node, libraries', 30_000],
    ]),
  );
});
