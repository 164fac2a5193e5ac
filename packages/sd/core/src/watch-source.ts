import { type CancelableContext, type Context, ServiceError } from '@fairlead/endpoint';
import type { InstanceInit } from './instance.ts';
import type { Found, InstanceSource } from './instance-source.ts';
import type { KnownSet } from './known-set.ts';
import type { Listing, ListingChange } from './listing.ts';
import type { SetGuard } from './set-guard.ts';

/** What a watch works on. */
export interface Watched {
  readonly source: InstanceSource;
  readonly listing: Listing;
  readonly guard: SetGuard;
  readonly known: KnownSet;
}

/**
 * Watches the source until `ctx` ends or the watch does: then it resolves or rejects as that did. A
 * watch is ended and begun anew when there are doubts which a fresh look at the registry can settle.
 */
export async function watchSource(
  watched: Watched,
  succeeded: () => void,
  ctx: Context,
): Promise<void> {
  let outcome: Outcome = 'look again';
  while (outcome === 'look again' && ctx.error === undefined) {
    using scope = ctx.withCancel();
    outcome = await watchOnce(watched, succeeded, scope);
  }
}

type Outcome = 'look again' | 'ended';

async function watchOnce(
  { source, listing, guard, known }: Watched,
  succeeded: () => void,
  scope: CancelableContext,
): Promise<Outcome> {
  let outcome: Outcome = 'ended';
  let stopTimer = (): void => {};
  let failure: { readonly thrown: unknown } | undefined;

  function taken(take: () => ListingChange, whole: boolean): void {
    if (scope.error !== undefined) return;
    try {
      known.read(take(), whole);
    } catch (thrown) {
      failure = { thrown };
      scope.cancel();
      return;
    }
    succeeded();
    stopTimer();
    if (guard.confirmAt === undefined) return;
    stopTimer = scope.clock.schedule(guard.confirmAt - scope.clock.now(), () => {
      outcome = 'look again';
      scope.cancel();
    });
  }

  try {
    await source.watch(readings(listing, taken), scope);
  } catch (thrown) {
    if (scope.error === undefined) throw thrown;
  } finally {
    stopTimer();
    // A report that comes later must find the watch ended.
    scope.cancel();
  }
  if (failure !== undefined) throw failure.thrown;
  return outcome;
}

/** The reports of one watch, as what is to be done with the listing. */
function readings(
  listing: Listing,
  taken: (take: () => ListingChange, whole: boolean) => void,
): Found {
  let isKnown = false;
  const found = (instances: readonly InstanceInit[]): void => {
    isKnown = true;
    taken(() => listing.replace(instances), true);
  };
  const changed: Found['changed'] = (put, removed) =>
    taken(() => {
      if (isKnown) return listing.change(put, removed);
      throw new ServiceError(
        'internal',
        'a source must report its whole set before a change of it',
      );
    }, false);
  return Object.assign(found, { changed });
}
