import { checkNumber } from '@fairlead/endpoint';
import type { ChannelOptions } from '@grpc/grpc-js';

/** The limits that a server and a client have in common, and the options of grpc-js that win over them. */
export interface MessageLimits {
  readonly maxReceiveBytes?: number | undefined;
  readonly maxSendBytes?: number | undefined;
  readonly channelOptions?: ChannelOptions | undefined;
}

/** What gRPC reads by default everywhere: to send more is to have it refused by most peers. */
const defaultMaxBytes = 4 * 1024 * 1024;

/** The limits as grpc-js wants them. */
export function limitOptions(options: MessageLimits): ChannelOptions {
  return {
    'grpc.max_receive_message_length': sizeOption('maxReceiveBytes', options.maxReceiveBytes),
    'grpc.max_send_message_length': sizeOption('maxSendBytes', options.maxSendBytes),
    ...options.channelOptions,
  };
}

/** The longest message that may be sent under these options, in bytes. */
export function maxSendBytesOf(options: ChannelOptions): number {
  const bytes = options['grpc.max_send_message_length'] ?? -1;
  return bytes < 0 ? Infinity : bytes;
}

/** What a connection is probed with: see the options of a server and of a client. */
export interface KeepaliveOptions {
  readonly keepaliveIntervalMs?: number | undefined;
  readonly keepaliveTimeoutMs?: number | undefined;
}

/**
 * The probes as grpc-js wants them. Both ends probe as often: short enough for what forgets silent
 * connections on the way, long enough for a server that refuses more than one PING in 10 seconds.
 */
export function keepaliveOptions(options: KeepaliveOptions): ChannelOptions {
  const { keepaliveIntervalMs = 30_000, keepaliveTimeoutMs = 10_000 } = options;
  const positive = { min: 1, integer: true };
  checkNumber('keepaliveIntervalMs', keepaliveIntervalMs, positive);
  checkNumber('keepaliveTimeoutMs', keepaliveTimeoutMs, positive);
  return {
    'grpc.keepalive_time_ms': Math.min(keepaliveIntervalMs, unlimitedMs),
    'grpc.keepalive_timeout_ms': Math.min(keepaliveTimeoutMs, unlimitedMs),
  };
}

/** How grpc-js writes that a time has no limit. */
export const unlimitedMs: number = 2 ** 31 - 1;

/** grpc-js writes -1 for no limit. */
function sizeOption(name: string, bytes = defaultMaxBytes): number {
  return checkNumber(name, bytes, { integer: true }) === Infinity ? -1 : bytes;
}
