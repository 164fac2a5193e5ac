import { createBalancer, type PolicyFactory, peakEwma, roundRobin } from '@fairlead/lb';
import { createEndpointer, staticInstancer } from '@fairlead/sd';
import { addressesOf, type PickerOf } from './picker.ts';

/** A lease of a balancer, made and given back: a pick, ejection, and two looks at the clock. */
function leases(policy: PolicyFactory): PickerOf {
  return (size) => {
    const endpointer = createEndpointer(staticInstancer(addressesOf(size)), ({ address }) => ({
      value: address,
    }));
    const balancer = createBalancer(endpointer, { policy });
    return () => {
      const lease = balancer.pick();
      lease.end();
      return lease;
    };
  };
}

/** Balancers as they are used. */
export const leasePickers: Readonly<Record<string, PickerOf>> = {
  'a lease, round robin': leases(roundRobin()),
  'a lease, peak EWMA': leases(peakEwma()),
};
