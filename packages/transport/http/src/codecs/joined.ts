/** The chunks of a body as one. Most bodies come in one, which is then not copied. */
export function joined(chunks: readonly Buffer[]): Buffer {
  const [only = Buffer.alloc(0)] = chunks;
  return chunks.length > 1 ? Buffer.concat(chunks) : only;
}
