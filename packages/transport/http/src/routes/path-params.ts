/**
 * The parameters of a path, by name, as its text says: `PathParams<'/profiles/:id/:part?'>` is
 * `{ readonly id: string; readonly part?: string | undefined }`, and a `*` at the end is `'*'`. Of a
 * text that the compiler does not know, any name may be there.
 */
export type PathParams<Path extends string> = string extends Path
  ? Readonly<Record<string, string>>
  : Path extends string
    ? Flat<OfSegments<Path>>
    : never;

/** Each segment adds its own; `unknown` is what adds nothing. */
type OfSegments<Path extends string> = Path extends `${infer Segment}/${infer Rest}`
  ? OfSegment<Segment> & OfSegments<Rest>
  : OfSegment<Path>;

type OfSegment<Segment extends string> = Segment extends `:${infer Name}?`
  ? { readonly [Key in Name]?: string | undefined }
  : Segment extends `:${infer Name}`
    ? { readonly [Key in Name]: string }
    : Segment extends '*'
      ? { readonly '*': string }
      : unknown;

type Flat<T> = { [Key in keyof T]: T[Key] };
