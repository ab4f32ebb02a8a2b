/** How the routes of a live cluster are cut: by forwarders between them, or by a network of its own. */
export const linkKinds = ['proxies', 'namespaces'] as const;

export type LinkKind = (typeof linkKinds)[number];

/** Where one server is, and what it is started with. */
export interface ServerPlace {
  /** Clients, monitors and (without forwarders) the other servers reach it there. */
  readonly address: string;
  readonly clientPort: number;
  readonly monitorPort: number;
  readonly routePort: number;
  /** `address:port` of each peer that it dials. */
  readonly dials: readonly string[];
  /** What stands before the server's command. */
  readonly prefix: readonly string[];
}

/**
 * The links between the servers of one cluster, each direction by itself. A cut one is silent: sockets stay open,
 * nobody is told. Servers are numbered from 0.
 */
export interface ServerLinks {
  readonly places: readonly ServerPlace[];
  cut(from: number, to: number): void;
  heal(from: number, to: number): void;
  close(): Promise<void>;
}

/** Peers that a server dials: the next half of a ring, so that every two servers have one dialler (live-stack §3). */
export function dialledBy(index: number, nodeCount: number): readonly number[] {
  return Array.from({ length: Math.floor(nodeCount / 2) }, (_, step) => (index + step + 1) % nodeCount);
}
