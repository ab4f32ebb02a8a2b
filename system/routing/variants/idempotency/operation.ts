/** A write that a client may send more than once. With `client`, `context` and `chunk` it is the same write for ever. */
export interface Operation {
  readonly client: string;
  readonly context: number;
  readonly chunk: number;
  /** One of the operations that are guarded (delivery R161); here: what is written. */
  readonly operationType: string;
  readonly payload: string;
  /** Of this attempt's sender; the same for all its attempts. */
  readonly requestId: string;
}

/** Names the write whoever sends it and whenever: client, context, chunk, and no time (delivery R158, C39). */
export function operationName({ client, context, chunk }: Operation): string {
  return `${client}/${context}/${chunk}`;
}
