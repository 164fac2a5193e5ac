/** Picks an instance; the number says which call it is for. */
export type Picker = (call: number) => unknown;

/** A picker among so many instances. */
export type PickerOf = (size: number) => Picker;

/** An address for each instance. */
export function addressesOf(size: number): string[] {
  return Array.from({ length: size }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}:80`);
}

/** More keys than a cache of some thousands holds. */
const keys = Array.from({ length: 16_384 }, (_, i) => `user-${i}`);

export function keyOf(call: number): string {
  // Sound: there are so many keys.
  return keys[call & 16_383] as string;
}

/** How many points each instance has on a ring of ours, so that others have as many. */
export function pointsOf(size: number): number {
  let points = 160;
  while (points * size > 262_144) points /= 2;
  return points;
}
