/** The same bytes as a plain array: the client library hands over Node's own subclass, whose `slice` means something else. */
export function plainBytes({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
