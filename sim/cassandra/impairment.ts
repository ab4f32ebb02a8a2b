/** A fault in force on a node; `hits` counts what it touched. */
export interface SlowDown {
  lift(): void;
  readonly hits: number;
}

/** Counts from now until it is lifted; lifting it twice does nothing more. */
export function impairment(count: () => number, lift: () => void): SlowDown {
  const before = count();
  let endHits: number | undefined;
  return {
    lift(): void {
      if (endHits !== undefined) return;
      endHits = count();
      lift();
    },
    get hits(): number {
      return (endHits ?? count()) - before;
    },
  };
}
