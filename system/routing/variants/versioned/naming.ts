/** How a deployment's names read on a cluster that it shares with another; nobody above the connection knows of it. */
export interface Naming {
  /** Of a stream or a durable, and back. */
  readonly name: (name: string) => string;
  readonly plainName: (name: string) => string;
  readonly bucket: (name: string) => string;
  readonly subject: (subject: string) => string;
  readonly plainSubject: (subject: string) => string;
  /** What a stream takes: streams that share a cluster must not share a subject. */
  readonly subjects: (subjects: readonly string[]) => readonly string[];
}
