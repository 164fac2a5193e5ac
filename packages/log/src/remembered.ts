/** As many as are remembered of each kind: they may come from outside. */
const most = 1000;

/** What is made of a text, made once: names and codes come again with every line. Those that came first stay. */
export function remembered<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const made = make(text);
    if (known.size < most) known.set(text, made);
    return made;
  };
}
