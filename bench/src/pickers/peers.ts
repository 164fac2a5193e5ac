import { connectivityState, experimental, Metadata } from '@grpc/grpc-js';
import ConsistentHash from 'consistent-hash';
import HashRing from 'hashring';
import { addressesOf, keyOf, type Picker, type PickerOf, pointsOf } from './picker.ts';

type SubchannelKind = ReturnType<experimental.SubchannelInterface['getChannelzRef']>['kind'];

/** What one would take in our place. */
export const peerPickers: Readonly<Record<string, PickerOf>> = {
  'grpc-js round_robin': grpcRoundRobin,
  hashring: (size) => {
    // Four points of each virtual node.
    const options = { 'vnode count': Math.max(1, pointsOf(size) / 4) };
    const ring = new HashRing(addressesOf(size), 'md5', options);
    return (call) => ring.get(keyOf(call));
  },
  'consistent-hash': (size) => {
    const ring = new ConsistentHash({ range: 2 ** 30 });
    for (const address of addressesOf(size)) ring.add(address, pointsOf(size));
    return (call) => ring.get(keyOf(call));
  },
};

/** The picker that grpc-js's own balancer hands to its channel, with a connection to each address that is up. */
function grpcRoundRobin(size: number): Picker {
  const pickers: experimental.Picker[] = [];
  const balancer = new experimental.ChildLoadBalancerHandler({
    createSubchannel: (address) => connected(experimental.subchannelAddressToString(address)),
    updateState: (_state, picker) => void pickers.push(picker),
    requestReresolution: () => {},
    addChannelzChild: () => {},
    removeChannelzChild: () => {},
  });
  const endpoints = addressesOf(size).map((text) => {
    const [host = '', port] = text.split(':');
    return { addresses: [{ host, port: Number(port) }] };
  });
  const config = experimental.parseLoadBalancingConfig({ round_robin: {} });
  balancer.updateAddressList(experimental.statusOrFromValue(endpoints), config, {}, '');
  const picker = pickers.at(-1);
  const args = { metadata: new Metadata(), extraPickInfo: {} };
  if (picker?.pick(args).pickResultType !== experimental.PickResultType.COMPLETE) {
    throw new Error('grpc-js picks nothing');
  }
  return () => picker.pick(args);
}

function connected(address: string): experimental.SubchannelInterface {
  const neverAsked = (): never => {
    throw new Error('no call is made');
  };
  const subchannel: experimental.SubchannelInterface = {
    getConnectivityState: () => connectivityState.READY,
    getAddress: () => address,
    isHealthy: () => true,
    // Sound: the enum's own value. The enum itself is not exported.
    getChannelzRef: () => ({ kind: 'subchannel' as SubchannelKind, id: 0, name: address }),
    realSubchannelEquals: (other) => other === subchannel,
    addConnectivityStateListener: () => {},
    removeConnectivityStateListener: () => {},
    addHealthStateWatcher: () => {},
    removeHealthStateWatcher: () => {},
    addDataWatcher: () => {},
    startConnecting: () => {},
    throttleKeepalive: () => {},
    ref: () => {},
    unref: () => {},
    getRealSubchannel: neverAsked,
    getCallCredentials: neverAsked,
    getChannel: neverAsked,
  };
  return subchannel;
}
