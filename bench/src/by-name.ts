/** A value for each name. */
export function byName<Name extends string, Value>(
  names: readonly Name[],
  value: (name: Name) => Value,
): Record<Name, Value> {
  // Sound: every name of the type is among them.
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<Name, Value>;
}

/** The names of an object that has those of its type and no others. */
export function namesOf<Name extends string>(object: Readonly<Record<Name, unknown>>): Name[] {
  // Sound: the caller says so.
  return Object.keys(object) as Name[];
}
