import type { RpcMetadata } from '../../../ports/rpc.ts';

/** Marks a copy; who has it is not answered to (delivery R135). */
export const shadowHeader = 'x-shadow-request';
/** On the original: that a copy is made, and for whom (delivery R136). */
const shadowingHeader = 'x-shadowing-enabled';
const shadowTargetHeader = 'x-shadow-target';
export const requestIdHeader = 'x-request-id';

/** What of the original a copy says of it, by the header that tells it (delivery R135). */
const originals: Readonly<Record<string, string>> = {
  'x-original-host': 'host',
  'x-original-remote-addr': 'x-real-ip',
  'x-original-forwarded-for': 'x-forwarded-for',
  'x-original-user-agent': 'user-agent',
};

/** Every header that a copy must have. */
export const copyHeaders: readonly string[] = [
  shadowHeader,
  requestIdHeader,
  'x-original-uri',
  'x-original-method',
  ...Object.keys(originals),
];

/** Metadata of the copy of a call; a header that the original had not is empty. gRPC is always POST. */
export function copyMetadata(original: RpcMetadata, method: string, requestId: string): RpcMetadata {
  const told = Object.entries(originals).map(([header, source]) => [header, original[source] ?? '']);
  return {
    ...original,
    ...(Object.fromEntries(told) as RpcMetadata),
    [shadowHeader]: 'true',
    [requestIdHeader]: requestId,
    'x-original-uri': method,
    'x-original-method': 'POST',
  };
}

/** Metadata of the original, which is sent on as it came but for these. */
export function originalMetadata(original: RpcMetadata, target: string, requestId: string): RpcMetadata {
  return {
    ...original,
    [requestIdHeader]: requestId,
    [shadowingHeader]: 'true',
    [shadowTargetHeader]: target,
  };
}

export function isCopy(metadata: RpcMetadata): boolean {
  return metadata[shadowHeader] === 'true';
}
