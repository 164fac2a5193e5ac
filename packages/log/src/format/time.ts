/** Makes ISO times of milliseconds since 1970; the second is rendered once for all lines in it. */
export function isoTimes(): (at: number) => string {
  let second = Number.NaN;
  let prefix = '';
  return (at) => {
    if (!(Math.abs(at) < 8.64e15)) return 'unknown';
    const current = Math.floor(at / 1000);
    if (current !== second) {
      second = current;
      prefix = new Date(current * 1000).toISOString().slice(0, -4);
    }
    return `${prefix}${String(Math.floor(at - current * 1000)).padStart(3, '0')}Z`;
  };
}
