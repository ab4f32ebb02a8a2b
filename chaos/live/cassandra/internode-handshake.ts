const protocolMagic = 0xca552dfa;
const addressOffset = 9;

/**
 * The address that a node gives as its own at the start of a connection to another node: magic number, flags, length,
 * four bytes of address, port. Connections of another shape belong to nobody.
 */
export function readInternodeSource(firstBytes: Buffer): string | undefined {
  if (firstBytes.length < addressOffset + 4) return undefined;
  if (firstBytes.readUInt32BE(0) !== protocolMagic) return 'unknown';
  return [...firstBytes.subarray(addressOffset, addressOffset + 4)].join('.');
}

/** Clients are all the same to a forwarder; one byte tells that there is one. */
export function readClientSource(firstBytes: Buffer): string | undefined {
  return firstBytes.length === 0 ? undefined : 'client';
}
