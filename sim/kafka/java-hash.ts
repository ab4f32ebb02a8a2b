/** `String.hashCode` of Java: which partition of the offsets topic keeps a group depends on it. */
export function javaHash(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
  return hash;
}

/** The order in which a Java `HashMap` of few entries goes over its keys; keys of one bucket as they were put. */
export function hashMapOrder(keys: readonly string[]): readonly string[] {
  let buckets = 16;
  while (keys.length > buckets * 0.75) buckets *= 2;
  const bucketOf = (key: string): number => {
    const hash = javaHash(key);
    return (hash ^ (hash >>> 16)) & (buckets - 1);
  };
  return keys.toSorted((left, right) => bucketOf(left) - bucketOf(right));
}
