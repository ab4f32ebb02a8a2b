/** Value of one clustering column. */
export type KeyPart = number | string;
/** Position of a row in its partition: one part, or several where the table has several clustering columns. */
export type ClusteringKey = KeyPart | readonly KeyPart[];

function compareParts(left: KeyPart, right: KeyPart): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Clustering order, ascending. Text is compared by UTF-16 unit, which is byte order up to U+FFFF. */
export function compareKeys(left: ClusteringKey, right: ClusteringKey): number {
  if (typeof left !== 'object' || typeof right !== 'object') {
    return compareParts(left as KeyPart, right as KeyPart);
  }
  for (let index = 0; index < left.length; index++) {
    const order = compareParts(left[index] as KeyPart, right[index] as KeyPart);
    if (order !== 0) return order;
  }
  return 0;
}

/** Compares the leading parts of a key with a prefix: 0 where the key begins with it. */
export function compareWithPrefix(key: ClusteringKey, prefix: readonly KeyPart[]): number {
  if (typeof key !== 'object') return prefix.length === 0 ? 0 : compareParts(key, prefix[0] as KeyPart);
  for (let index = 0; index < prefix.length; index++) {
    const order = compareParts(key[index] as KeyPart, prefix[index] as KeyPart);
    if (order !== 0) return order;
  }
  return 0;
}

export function keyPart(key: ClusteringKey, index: number): KeyPart {
  return typeof key === 'object' ? (key[index] as KeyPart) : key;
}
