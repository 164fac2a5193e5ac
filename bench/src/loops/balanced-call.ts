import { background, type Endpoint } from '@fairlead/endpoint';
import { balanced, createBalancer } from '@fairlead/lb';
import { createEndpointer, staticInstancer } from '@fairlead/sd';
import { addressesOf } from '../pickers/picker.ts';

/** An endpoint around three instances, each of which is the one that is given. */
export async function balancedCall<Request, Response>(
  endpoint: Endpoint<Request, Response>,
): Promise<Endpoint<Request, Response>> {
  const endpointer = createEndpointer(staticInstancer(addressesOf(3)), () => ({ value: endpoint }));
  await endpointer.ready(background);
  return balanced(createBalancer(endpointer), (value) => value);
}
