import { describe, expect, it } from 'vitest';
import { checkTraceParent } from './trace-parent.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';
const good = `00-${traceId}-${parentId}-01`;

describe('checkTraceParent', () => {
  it.each([
    ['sampled', good],
    ['not sampled', `00-${traceId}-${parentId}-00`],
    ['sampled, with a random id', `00-${traceId}-${parentId}-03`],
  ])('lets one through that is %s', (_what, header) => {
    expect(checkTraceParent(header)).toBe(header);
  });

  it.each([
    ['flags that nobody knows', `00-${traceId}-${parentId}-ff`, '03'],
    ['a later version', `cc-${traceId}-${parentId}-01`, '01'],
    ['a later version that says more', `cc-${traceId}-${parentId}-01-what-the-future-brings`, '01'],
  ])('takes what is known of %s', (_what, header, flags) => {
    expect(checkTraceParent(header)).toBe(`00-${traceId}-${parentId}-${flags}`);
  });

  it.each([
    ['nothing', ''],
    ['version ff', `ff-${traceId}-${parentId}-01`],
    ['version 00 with more behind it', `${good}-more`],
    ['a later version with more behind it and no dash', `01-${traceId}-${parentId}-01more`],
    ['upper case', `00-${traceId.toUpperCase()}-${parentId}-01`],
    ['the trace id of no trace', `00-${'0'.repeat(32)}-${parentId}-01`],
    ['the parent id of no span', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['a short trace id', `00-${traceId.slice(1)}-${parentId}-01`],
    ['a long parent id', `00-${traceId}-${parentId}0-01`],
    ['letters that are no digits', `00-${traceId.replace('f', 'g')}-${parentId}-01`],
    ['underscores', good.replaceAll('-', '_')],
    ['two of them', `${good}, ${good}`],
    ['a space in front', ` ${good}`],
    ['a line break', `${good}\n`],
    ['a line of its own behind it', `01-${traceId}-${parentId}-01-x\r\nset-cookie: a=b`],
    ['10 MB', `01-${traceId}-${parentId}-01-${'x'.repeat(1e7)}`],
  ])('refuses %s', (_what, header) => {
    expect(checkTraceParent(header)).toBeUndefined();
  });
});
